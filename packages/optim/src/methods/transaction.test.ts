import { key, type Tensor, tensor, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Method } from '../method.ts'
import { batchObjective, type Loss, type Model } from '../objective.ts'
import type { Optimizer } from '../optimizer.ts'
import { adamW } from '../optimizers/adamw.ts'
import { lamb } from '../optimizers/lamb.ts'
import { sgd } from '../optimizers/sgd.ts'
import { cosine, proportional } from '../schedules.ts'
import { focal, methods } from './all.testing.ts'
import { gsam } from './gsam.ts'
import { kSam } from './ksam.ts'
import { layerSam } from './layersam.ts'
import { lookSam } from './looksam.ts'
import { numbersOf, objectiveOf, paramsOf, problemOf } from './network.testing.ts'
import { traceOf } from './run.testing.ts'
import { sam } from './sam.ts'

const everyMethod: readonly (readonly [string, (base: Optimizer) => Method])[] = [
  ...Object.entries(methods),
  ['focal-sam', focal],
]
const targets = tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' })

describe.each(everyMethod)('%s', (_, make) => {
  it('hands the base optimizer the very parameters it was given, never perturbed or put back ones', async () => {
    const seen: unknown[] = []
    const base = sgd({ lr: 0.1, momentum: 0.9 })
    const watched: Optimizer = {
      ...base,
      update: (params, grads, state) => {
        seen.push(params)
        return base.update(params, grads, state)
      },
    }
    const method = make(watched)
    let params = paramsOf(problemOf(1).start)
    let state = method.init(params)
    for (let t = 0; t < 3; t++) {
      const before = params
      ;({ params, state } = method.step(params, state, { ...objectiveOf(problemOf(1)), targets }))
      expect(seen.at(-1)).toBe(before)
    }
    expect(seen.length).toBe(3)
  })

  it('leaves a parameter that the loss does not use alone, whatever the base', async () => {
    interface Wide {
      readonly used: Tensor
      readonly unused: Tensor
      readonly absent: null
    }
    const model: Model<Wide> = {
      init: () => ({ used: zeros([2]), unused: zeros([2]), absent: null }),
      apply: ({ used }, x) => x.matmul(used),
    }
    const loss: Loss = (outputs, y, { reduction } = { reduction: 'mean' }) => {
      const each = outputs.sub(y).square()
      return reduction === 'none' ? each : each.mean()
    }
    const start: Wide = { used: tensor([1, -2]), unused: tensor([3, 4]), absent: null }
    const batch = {
      inputs: tensor([
        [1, 2],
        [3, -1],
        [0.5, 1],
      ]),
      targets: tensor([0, 1, 0], { dtype: 'i32' }),
    }
    for (const base of [
      sgd({ lr: 0.1, momentum: 0.9 }),
      adamW({ weightDecay: 0 }),
      lamb({ weightDecay: 0 }),
    ]) {
      const method = make(base)
      let params = start
      let state = method.init(params)
      for (let t = 0; t < 3; t++) {
        const objective = batchObjective(model, loss, batch, { key: key(t), buffers: {} })
        ;({ params, state } = method.step(params, state, objective))
      }
      expect(await numbersOf(params.unused)).toEqual([3, 4])
      const used = await numbersOf(params.used)
      expect(used.every(Number.isFinite)).toBe(true)
      expect(used).not.toEqual([1, -2])
    }
  })
})

// But for the paper's layer-wise form, which goes with one over the gradient: see the tests of its ball.
describe.each(everyMethod.filter(([name]) => !name.endsWith('layersam')))('%s', (_, make) => {
  it('perturbs as much whatever the scale of the loss', async () => {
    const problem = problemOf(8)
    const norms = await Promise.all(
      [1, 4].map(async (factor) => {
        const objective = objectiveOf(problem, { seed: 3 })
        const method = make(sgd({ lr: 0.1 }))
        const params = paramsOf(problem.start)
        const louder = {
          ...objective,
          targets,
          gradient: (p: typeof params, selection?: { rows?: Tensor; weights?: Tensor }) => {
            const found = objective.gradient(p, selection)
            const times = (g: typeof params): typeof params => ({
              w: g.w.mul(factor),
              b: g.b.mul(factor),
              v: g.v.map((v) => v.mul(factor)),
            })
            return { ...found, grads: times(found.grads), weighted: (w: Tensor) => times(found.weighted(w)) }
          },
        }
        return method.step(params, method.init(params), louder).report.perturbationNorm.item()
      }),
    )
    expect(norms[1]).toBeCloseTo(norms[0]!, 12)
  })
})

describe('GSAM', () => {
  it('lets rho follow the learning rate, over the whole schedule', async () => {
    const lr = cosine(0.1, { steps: 4 })
    const rho = proportional(lr, { low: 0, high: 0.1, from: 0.1, to: 0.6 })
    const { reports } = await traceOf(gsam(sgd({ lr }), { rho }), problemOf(2), 5)
    const lengths = await Promise.all(reports.map(({ perturbationNorm }) => perturbationNorm.item()))
    for (const [t, length] of lengths.entries()) expect(length).toBeCloseTo(rho(t), 12)
    expect(lengths[0]).toBeCloseTo(0.6, 12)
    expect(lengths[4]).toBeCloseTo(0.1, 12)
  })
})

describe('LookSAM', () => {
  it('over more tensors than ten keeps each one’s part by its own path', async () => {
    const model: Model<readonly Tensor[]> = {
      init: () => [],
      apply: (p, x) =>
        p.reduce(
          (sum, w, i) =>
            sum.add(
              x
                .mul(w)
                .mul(i + 1)
                .tanh(),
            ),
          zeros([2]),
        ),
    }
    const loss: Loss = (outputs, y) => outputs.sub(y).square().mean()
    const batch = { inputs: tensor([1, 2], { dtype: 'f64' }), targets: tensor([0.3, -1], { dtype: 'f64' }) }
    const method = lookSam(sgd({ lr: 0.1 }), { k: 3 })
    const params = Array.from({ length: 12 }, (_, i) => tensor(0.1 * i, { dtype: 'f64' }))
    const objective = batchObjective(model, loss, batch, { key: key(0), buffers: {} })
    const { state } = method.step<readonly Tensor[]>(
      params,
      method.init<readonly Tensor[]>(params),
      objective,
    )
    const kept = await numbersOf(state.slots.gv)
    expect(new Set(kept).size).toBe(12)
  })
})

describe('options out of range', () => {
  const base = sgd({ lr: 0.1 })
  it.each<readonly [string, () => Method, string]>([
    ['sam', () => sam(base, { rho: -0.1 }), 'sam: rho must be at least 0, got -0.1'],
    ['sam', () => sam(base, { p: 3 }), 'sam: p must be 2 or Infinity, got 3'],
    ['sam', () => sam(base, { m: 0 }), 'sam: m must be a whole number of at least 1, got 0'],
    ['sam', () => sam(base, { rhoScale: { w: -1 } }), "sam: rhoScale at 'w' must be at least 0, got -1"],
    ['looksam', () => lookSam(base, { k: 0 }), 'looksam: k must be a whole number of at least 1, got 0'],
    ['looksam', () => lookSam(base, { alpha: -1 }), 'looksam: alpha must be at least 0, got -1'],
    ['layersam', () => layerSam(base, { range: [2, 1] }), 'layersam: range must be two bounds'],
    ['ksam', () => kSam(base, { k: 1.5 }), 'ksam: k must be a whole number of at least 1, got 1.5'],
  ])('%s is refused with the option, the value and the range', (_, make, message) => {
    expect(make).toThrow(message)
  })
})
