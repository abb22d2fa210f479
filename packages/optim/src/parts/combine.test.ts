import { tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Evaluation } from '../method.ts'
import {
  numbersOf,
  objectiveOf,
  type Params,
  paramsOf,
  problemOf,
  type Vector,
} from '../methods/network.testing.ts'
import { inner, layersOf, length, plus } from '../methods/papers.testing.ts'
import { regularizeCurvature, rejection, removeGap, reuseOrthogonal } from './combine.ts'

// No -0, so that results can be compared as they are.
const number = fc.double({ min: -3, max: 3, noNaN: true }).map((v) => v + 0)
const vector = fc.array(number, { minLength: 20, maxLength: 20 }).filter((v) => length(v) > 0.1)

function evaluation(g: Vector): Evaluation<Params> {
  const here = objectiveOf(problemOf(1)).gradient(paramsOf(g))
  return { ...here, grads: paramsOf(g) }
}

function around(g: Vector, gs: Vector) {
  const params = paramsOf(Array(20).fill(1))
  const objective = objectiveOf(problemOf(1))
  return { params, objective, step: 0, here: evaluation(g), there: evaluation(gs), epsilon: params }
}

function holds(property: (g: Vector, gs: Vector) => Promise<void>): Promise<void> {
  return fc.assert(fc.asyncProperty(vector, vector, property), { numRuns: 25 })
}

describe('rejection', () => {
  it('leaves nothing along the other vector: all together, or tensor by tensor', () =>
    holds(async (g, gs) => {
      const rest = await numbersOf(rejection(paramsOf(gs), paramsOf(g)))
      expect(Math.abs(inner(rest, g))).toBeLessThanOrEqual(1e-13 * length(gs) * length(g))
      const apart = layersOf(await numbersOf(rejection(paramsOf(gs), paramsOf(g), 'tensor')))
      for (const [j, part] of layersOf(g).entries()) {
        expect(Math.abs(inner(apart[j]!, part))).toBeLessThanOrEqual(1e-13 * length(gs) * length(g))
      }
    }))

  it('takes nothing away where the other vector is 0', async () => {
    const a = [1, 2, 3]
    expect(await numbersOf(rejection(tensor(a), tensor([0, 0, 0])))).toEqual(a)
  })
})

describe('reuseOrthogonal', () => {
  it('splits the gradient there into a part along the one here and a part across, whose squares add up', () =>
    holds(async (g, gs) => {
      const { grads, slots } = reuseOrthogonal(0.7, 'global').fresh(around(g, gs))
      expect(await numbersOf(grads)).toEqual(gs)
      const gv = await numbersOf(slots.gv)
      expect(Math.abs(inner(gv, g))).toBeLessThanOrEqual(1e-13 * length(gs) * length(g))
      const along = inner(g, gs) / length(g)
      expect(along ** 2 + inner(gv, gv)).toBeCloseTo(inner(gs, gs), 9)
    }))

  it('adds to a gradient a vector of alpha times its length, along what was kept', () =>
    holds(async (g, gv) => {
      const reused = await numbersOf(
        reuseOrthogonal(0.7, 'global').reuse(paramsOf(g), { gv: paramsOf(gv) }, 1),
      )
      const added = plus(reused, g, -1)
      expect(length(added) / length(g)).toBeCloseTo(0.7, 12)
      expect(inner(added, gv) / (length(added) * length(gv))).toBeCloseTo(1, 12)
    }))

  it('keeps 0 where the gradients are parallel, and reuses nothing then', () =>
    holds(async (g) => {
      const combine = reuseOrthogonal(0.7, 'global')
      const parallel = g.map((v) => v * 1.7)
      const { slots } = combine.fresh(around(g, parallel))
      expect(await numbersOf(slots.gv)).toEqual(g.map(() => 0))
      expect(await numbersOf(combine.reuse(paramsOf(g), slots, 1))).toEqual(g)
    }))

  it('takes rounding noise in f32 for 0', async () => {
    const g = Array.from({ length: 1000 }, (_, i) => Math.sin(i))
    const [here, there] = [tensor(g), tensor(g.map((v) => v * 1.1))]
    const at = { ...around(Array(20).fill(1), Array(20).fill(1)), params: here, epsilon: here }
    const of = (grads: typeof here) => ({ ...at.here, grads, weighted: () => grads })
    const objective = { ...at.objective, gradient: () => of(here), forward: () => of(here), parts: () => [] }
    const { slots } = reuseOrthogonal(0.7, 'global').fresh({
      ...at,
      objective,
      here: of(here),
      there: of(there),
    })
    expect(new Set(await numbersOf(slots.gv))).toEqual(new Set([0]))
  })
})

describe('removeGap', () => {
  it('leaves the descent of the perturbed loss alone, whatever alpha', () =>
    holds(async (g, gp) => {
      for (const alpha of [0, 0.4, 2]) {
        const { grads } = removeGap(alpha, 'perturbed').fresh(around(g, gp))
        expect(inner(await numbersOf(grads), gp)).toBeCloseTo(inner(gp, gp), 9)
      }
    }))

  it('or that of the loss itself', () =>
    holds(async (g, gp) => {
      const { grads } = removeGap(0.4, 'clean').fresh(around(g, gp))
      expect(inner(await numbersOf(grads), g)).toBeCloseTo(inner(g, g), 9)
    }))
})

describe('regularizeCurvature', () => {
  it('asks for the gradient at the opposite point, and says that it did', () => {
    const { passes } = regularizeCurvature(0.1, 0.01).fresh(around(Array(20).fill(1), Array(20).fill(2)))
    expect(passes).toEqual({ forward: 1, backward: 1 })
  })
})
