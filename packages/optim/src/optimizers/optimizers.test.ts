import { realize, type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Optimizer } from '../optimizer.ts'
import { adamW } from './adamw.ts'
import { sgd } from './sgd.ts'
import { adamWTranscription, sgdTranscription, type Transcription } from './transcriptions.testing.ts'

const number = fc.double({ min: -3, max: 3, noNaN: true })
const size = 4
const vector = fc.array(number, { minLength: size, maxLength: size })
const run = fc.record({ w: vector, gradients: fc.array(vector, { minLength: 12, maxLength: 12 }) })

/** The parameters after each step, split over a tree of two tensors to see that each is treated by itself. */
async function trace(optimizer: Optimizer, w: readonly number[], gradients: readonly (readonly number[])[]) {
  const f64 = (values: readonly number[]): Tensor => tensor(values, { dtype: 'f64' })
  const tree = (values: readonly number[]) => ({ a: f64(values.slice(0, 1)), b: [f64(values.slice(1))] })
  let params = tree(w)
  let state = optimizer.init(params)
  const steps: number[][] = []
  for (const g of gradients) {
    ;({ params, state } = optimizer.update(params, tree(g), state))
    await realize(params.a, params.b[0]!)
    steps.push([...(await params.a.data()), ...(await params.b[0]!.data())])
  }
  return steps
}

async function expectAgreement(
  optimizer: Optimizer,
  transcription: Transcription,
  { w, gradients }: { w: readonly number[]; gradients: readonly (readonly number[])[] },
) {
  const expected = transcription(w, gradients)
  const actual = await trace(optimizer, w, gradients)
  actual.forEach((values, step) => {
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[step]![i]!, 10)
  })
}

const lrs = fc.constantFrom(
  (_: number) => 0.1,
  (step: number) => 0.3 / (1 + step),
  (step: number) => (step < 3 ? 0 : 0.01),
)

describe('sgd', () => {
  it('agrees with PyTorch’s rule for momentum, dampening, decay, Nesterov and changing rates', async () => {
    const options = fc
      .record({
        lr: lrs,
        momentum: fc.constantFrom(0, 0.5, 0.9),
        dampening: fc.constantFrom(0, 0.3),
        weightDecay: fc.constantFrom(0, 0.1),
        nesterov: fc.boolean(),
      })
      .map((o) => (o.nesterov && (o.momentum === 0 || o.dampening !== 0) ? { ...o, nesterov: false } : o))
    await fc.assert(
      fc.asyncProperty(options, run, (o, r) => expectAgreement(sgd(o), sgdTranscription(o), r)),
      { numRuns: 30 },
    )
  })

  it('refuses options that mean nothing, naming the option and the range', () => {
    expect(() => sgd({ lr: -1 })).toThrow('sgd: lr must be at least 0, got -1')
    expect(() => sgd({ lr: Number.NaN })).toThrow('sgd: lr must be at least 0, got NaN')
    expect(() => sgd({ lr: 1, momentum: 1 })).toThrow('sgd: momentum must be in [0, 1), got 1')
    expect(() => sgd({ lr: 1, nesterov: true })).toThrow('nesterov needs momentum above 0')
  })
})

describe('adamW', () => {
  it('agrees with PyTorch’s rule, bias correction included', async () => {
    const options = fc.record({
      lr: lrs,
      betas: fc.constantFrom<readonly [number, number]>([0.9, 0.999], [0, 0.9], [0.5, 0.5]),
      eps: fc.constantFrom(1e-8, 1e-3),
      weightDecay: fc.constantFrom(0, 0.01, 0.5),
    })
    await fc.assert(
      fc.asyncProperty(options, run, (o, r) => expectAgreement(adamW(o), adamWTranscription(o), r)),
      { numRuns: 30 },
    )
  })

  it('moves a constant gradient by lr a step, whatever its size', async () => {
    const [first = [], second = []] = await trace(
      adamW({ lr: 0.1, weightDecay: 0, eps: 0 }),
      [1, 1, 1, 1],
      [
        [5, 1e-3, -2, 7],
        [5, 1e-3, -2, 7],
      ],
    )
    expect(first.map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.9, 0.9, 1.1, 0.9])
    expect(second.map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0.8, 0.8, 1.2, 0.8])
  })
})

describe('every optimizer', () => {
  it('says which trees differ when the gradients are not like the parameters', () => {
    const optimizer = sgd({ lr: 0.1 })
    const params: { readonly a: Tensor; readonly b?: Tensor } = { a: tensor(1), b: tensor(2) }
    expect(() => optimizer.update(params, { a: tensor(1) }, optimizer.init(params))).toThrow(
      'sgd: the gradients have 1 tensors (a), the parameters 2 (a, b); they must be the same tree',
    )
  })
})
