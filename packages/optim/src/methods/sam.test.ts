import {
  compileStats,
  key,
  realize,
  type Tensor,
  tensor,
  treeLeaves,
  uniform,
  valueAndGrad,
} from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Method, type Objective, plain } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { adamW } from '../optimizers/adamw.ts'
import { sgd } from '../optimizers/sgd.ts'
import { globalNorm } from '../parts/norm.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { sam } from './sam.ts'

interface Params {
  readonly w: Tensor
  readonly v: readonly Tensor[]
}

/** An objective of one example whose loss is given. */
function objectiveOfLoss<P>(lossAt: (params: P) => Tensor): Objective<P> {
  return {
    size: 1,
    gradient: (p) => {
      const { value, grad } = valueAndGrad(lossAt)(p)
      return { loss: value, grads: grad, outputs: value, buffers: {} }
    },
    losses: (p) => lossAt(p).reshape(1),
  }
}

/** A small network on fixed data: smooth, not convex, with two parameter tensors. */
function objectiveOf(seed: number): { readonly start: Params; readonly objective: Objective<Params> } {
  const f64 = { dtype: 'f64' as const, low: -1, high: 1 }
  const x = uniform(key(seed), [6, 3], f64)
  const y = uniform(key(seed + 1), [6], f64)
  const start = { w: uniform(key(seed + 2), [3, 4], f64), v: [uniform(key(seed + 3), [4], f64)] }
  const lossAt = (p: Params): Tensor => x.matmul(p.w).tanh().matmul(p.v[0]!).sub(y).square().mean()
  return {
    start,
    objective: objectiveOfLoss(lossAt),
  }
}

async function numbers(tree: unknown): Promise<number[]> {
  const tensors = treeLeaves(tree).map((leaf) => leaf.tensor)
  await realize(...tensors)
  return (await Promise.all(tensors.map((t) => t.data()))).flatMap((values) => [...values])
}

async function trace(method: Method, seed: number, steps: number): Promise<number[]> {
  const { start, objective } = objectiveOf(seed)
  let params = start
  let state = method.init(params)
  for (let i = 0; i < steps; i++) ({ params, state } = method.step(params, state, objective))
  return numbers(params)
}

const bases: readonly (() => Optimizer)[] = [
  () => sgd({ lr: 0.1 }),
  () => sgd({ lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  () => adamW({ lr: 0.01 }),
]
const base = fc.constantFrom(...bases)
const seed = fc.integer({ min: 0, max: 1e6 })
const rho = fc.double({ min: 1e-3, max: 2, noNaN: true })

describe('sam', () => {
  it('with rho 0 is the base optimizer, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(seed, base, async (s, make) => {
        expect(await trace(sam(make(), { rho: 0 }), s, 4)).toEqual(await trace(plain(make()), s, 4))
      }),
      { numRuns: 15 },
    )
  })

  it('perturbs by exactly rho, along the gradient', async () => {
    await fc.assert(
      fc.asyncProperty(seed, rho, async (s, radius) => {
        const { start, objective } = objectiveOf(s)
        const { grads } = objective.gradient(start)
        const epsilon = l2Ball(radius)(start, grads, { step: 0, key: key(0) })
        const [length = Number.NaN] = await numbers(globalNorm(epsilon))
        expect(length / radius).toBeCloseTo(1, 12)
        const [e, g] = [await numbers(epsilon), await numbers(grads)]
        const dot = e.reduce((total, v, i) => total + v * g[i]!, 0)
        expect(dot / (Math.hypot(...e) * Math.hypot(...g))).toBeCloseTo(1, 12)
      }),
      { numRuns: 15 },
    )
  })

  it('takes the base optimizer’s step with the gradient at w + rho g / ‖g‖', async () => {
    await fc.assert(
      fc.asyncProperty(seed, rho, base, async (s, radius, make) => {
        const { start, objective } = objectiveOf(s)
        const g = await numbers(objective.gradient(start).grads)
        const scale = radius / Math.hypot(...g)
        const moved = (await numbers(start)).map((w, i) => w + scale * g[i]!)
        const there: Params = {
          w: tensor(moved.slice(0, 12), { shape: [3, 4], dtype: 'f64' }),
          v: [tensor(moved.slice(12), { dtype: 'f64' })],
        }
        const optimizer = make()
        const byHand = optimizer.update(start, objective.gradient(there).grads, optimizer.init(start))
        const method = sam(make(), { rho: radius })
        const step = method.step(start, method.init(start), objective)
        const expected = await numbers(byHand.params)
        for (const [i, v] of (await numbers(step.params)).entries()) expect(v).toBeCloseTo(expected[i]!, 10)
      }),
      { numRuns: 15 },
    )
  })

  it('on a quadratic takes the step w - lr A (w + rho A w / ‖A w‖)', async () => {
    const a = [
      [3, 1],
      [1, 2],
    ]
    const w = [0.7, -1.3]
    const times = (x: readonly number[]): number[] => a.map((row) => row[0]! * x[0]! + row[1]! * x[1]!)
    const [lr, radius] = [0.1, 0.5]
    const g = times(w)
    const expected = times(w.map((v, i) => v + (radius * g[i]!) / Math.hypot(...g))).map(
      (d, i) => w[i]! - lr * d,
    )

    const matrix = tensor(a, { dtype: 'f64' })
    const lossAt = (x: Tensor): Tensor => x.mul(matrix.matmul(x)).sum().mul(0.5)
    const objective = objectiveOfLoss(lossAt)
    const method = sam(sgd({ lr }), { rho: radius })
    const start = tensor(w, { dtype: 'f64' })
    const { params } = method.step(start, method.init(start), objective)
    for (const [i, v] of (await numbers(params)).entries()) expect(v).toBeCloseTo(expected[i]!, 14)
  })

  it('at a stationary point does not perturb and does not move', async () => {
    const lossAt = (x: Tensor): Tensor => x.square().sum()
    const objective = objectiveOfLoss(lossAt)
    const method = sam(sgd({ lr: 0.1 }), { rho: 0.05 })
    const { params, report } = method.step(tensor([0, 0]), method.init(tensor([0, 0])), objective)
    expect(await numbers([params, report.perturbationNorm])).toEqual([0, 0, 0])
  })

  it('reports the loss at the unperturbed parameters, both norms, and two passes each way', async () => {
    const { start, objective } = objectiveOf(3)
    const { loss, grads } = objective.gradient(start)
    const method = sam(sgd({ lr: 0.1 }), { rho: 0.3 })
    const { report } = method.step(start, method.init(start), objective)
    const [reported, gradNorm, perturbationNorm] = await numbers([
      report.loss,
      report.gradNorm,
      report.perturbationNorm,
    ])
    expect([reported]).toEqual(await numbers(loss))
    expect([gradNorm]).toEqual(await numbers(globalNorm(grads)))
    expect(perturbationNorm).toBeCloseTo(0.3, 12)
    expect(report.passes).toEqual({ forward: 2, backward: 2 })
  })

  it('does not care for the scale of the loss', async () => {
    const { start, objective } = objectiveOf(5)
    const { grads } = objective.gradient(start)
    const moment = { step: 0, key: key(0) }
    const scaled = { w: grads.w.mul(4), v: grads.v.map((g) => g.mul(4)) }
    expect(await numbers(l2Ball(0.1)(start, scaled, moment))).toEqual(
      await numbers(l2Ball(0.1)(start, grads, moment)),
    )
  })

  it('compiles one plan for all steps, though learning rate and rho change', async () => {
    const { start, objective } = objectiveOf(7)
    const method = sam(sgd({ lr: (step) => 0.1 / (1 + step), momentum: 0.9 }), { rho: (step) => 0.05 * step })
    let params = start
    let state = method.init(params)
    let compiled = 0
    for (let i = 0; i < 5; i++) {
      const next = method.step(params, state, objective)
      const carried = { params: next.params, state: next.state }
      await realize(...treeLeaves(carried).map((leaf) => leaf.tensor))
      params = { w: carried.params.w.detach(), v: carried.params.v.map((t) => t.detach()) }
      const momentum = carried.state.base.slots['momentum']!
      const slots = { momentum: { w: momentum.w.detach(), v: momentum.v.map((t) => t.detach()) } }
      state = { base: { step: carried.state.base.step, slots }, slots: {} }
      if (i === 1) compiled = compileStats().compiled
    }
    expect(compileStats().compiled).toBe(compiled)
  })

  it('refuses a negative rho', () => {
    expect(() => sam(sgd({ lr: 0.1 }), { rho: -0.1 })).toThrow('sam: rho must be at least 0, got -0.1')
  })
})
