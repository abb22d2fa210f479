import { mapTree, realize, type Tensor, tensor, treeLeaves } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Optimizer } from '../optimizer.ts'
import type { Schedule } from '../schedule.ts'
import * as at from '../schedules.ts'
import { clipped } from '../wrappers/clipped.ts'
import { adagrad } from './adagrad.ts'
import { adam } from './adam.ts'
import { adamW } from './adamw.ts'
import { lamb } from './lamb.ts'
import { lars } from './lars.ts'
import { gradients, rates, schedules, start, traces } from './pytorch.testing.ts'
import { rmsprop } from './rmsprop.ts'
import { sgd } from './sgd.ts'

const lr: Schedule = (step) => rates[step] ?? Number.NaN

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd({ lr }),
  'sgd momentum': sgd({ lr, momentum: 0.9, weightDecay: 0.1 }),
  'sgd dampening': sgd({ lr, momentum: 0.9, dampening: 0.3 }),
  'sgd nesterov': sgd({ lr, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  adam: adam({ lr }),
  'adam decay': adam({ lr, betas: [0.5, 0.9], eps: 1e-3, weightDecay: 0.1 }),
  'adam amsgrad': adam({ lr, betas: [0.9, 0.5], amsgrad: true }),
  adamw: adamW({ lr }),
  'adamw decay': adamW({ lr, betas: [0.8, 0.99], eps: 1e-4, weightDecay: 0.3 }),
  rmsprop: rmsprop({ lr }),
  'rmsprop momentum': rmsprop({ lr, alpha: 0.9, eps: 1e-3, momentum: 0.8, weightDecay: 0.1 }),
  'rmsprop centered': rmsprop({ lr, alpha: 0.7, momentum: 0.5, centered: true }),
  adagrad: adagrad({ lr }),
  'adagrad decay': adagrad({ lr, lrDecay: 0.1, weightDecay: 0.1, initialAccumulator: 0.5, eps: 1e-4 }),
  lars: lars({ lr, weightDecay: 0.1 }),
  'lars momentum': lars({ lr, weightDecay: 0.1, momentum: 0.9, dampening: 0.2, trust: 0.02 }),
  'lars nesterov': lars({ lr, weightDecay: 0.1, momentum: 0.9, nesterov: true, trustClip: true, trust: 0.5 }),
  'lars undecayed': lars({ lr, momentum: 0.9 }),
  'lars all': lars({ lr, adapt: 'all' }),
  lamb: lamb({ lr }),
  'lamb clipped': clipped(lamb({ lr, weightDecay: 0.1, betas: [0.5, 0.9] }), { norm: 1 }),
  'lamb uncorrected': lamb({ lr, biasCorrection: false, trustClip: true }),
  'lamb undecayed': lamb({ lr, weightDecay: 0, adapt: 'decayed' }),
}

describe('to the last digits what PyTorch and timm give in double precision', () => {
  it('covers every trace', () => {
    expect(Object.keys(optimizers)).toEqual(Object.keys(traces))
  })

  it.each(Object.entries(optimizers))('%s', async (name, optimizer) => {
    const tree = (values: readonly (readonly number[])[]): readonly Tensor[] =>
      values.map((v) => tensor(v, { dtype: 'f64' }))
    let params = tree(start)
    let state = optimizer.init(params)
    for (const [step, gradient] of gradients.entries()) {
      const next = optimizer.update(params, tree(gradient), state)
      await realize(...treeLeaves(next).map((leaf) => leaf.tensor))
      ;({ params, state } = mapTree(next, (t) => t.detach()))
      const values = (await Promise.all(params.map((t) => t.data()))).flatMap((array) => [...array])
      for (const [i, value] of values.entries()) {
        const expected = traces[name]![step]![i]!
        const apart = Math.abs(value - expected) / Math.max(Math.abs(expected), 0.1)
        if (!(apart < 2e-15 * (step + 1)))
          expect.fail(`step ${step}, number ${i}: ${value}, PyTorch has ${expected}`)
      }
    }
  })
})

describe('schedules in PyTorch’s closed forms', () => {
  const functions: Readonly<Record<string, at.StepFunction>> = {
    linear: at.linearSchedule(0.05, 0.2, 10),
    cosine: at.cosine(0.2, { steps: 24, to: 0.01 }),
    stepDecay: at.stepDecay(0.2, { every: 7, factor: 0.3 }),
    multiStep: at.multiStep(0.2, { at: [3, 10, 11], factor: 0.5 }),
    exponential: at.exponential(0.2, 0.9),
    polynomial: at.polynomial(0.2, { steps: 15, power: 2 }),
    oneCycle: at.oneCycle(0.2, { steps: 25 }),
    'oneCycle linear': at.oneCycle(0.2, {
      steps: 25,
      rise: 0.4,
      divide: 10,
      finalDivide: 100,
      shape: 'linear',
    }),
    sequence: at.warmup(5, at.cosine(0.2, { steps: 19 }), { from: 0.1 }),
  }

  it('covers every schedule', () => {
    expect(Object.keys(functions)).toEqual(Object.keys(schedules))
  })

  it.each(Object.entries(functions))('%s', (name, schedule) => {
    for (const [step, expected] of schedules[name]!.entries())
      expect(schedule(step)).toBeCloseTo(expected, 13)
  })
})
