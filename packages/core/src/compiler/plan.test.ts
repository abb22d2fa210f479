import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pushforward } from '../autodiff/forward.ts'
import { pullback } from '../autodiff/reverse.ts'
import { toyBackend } from '../backend/toy.testing.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { add } from '../ops/elementwise.ts'
import { identity } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { sin, tanh } from '../ops/transcendental.ts'
import { dataSync, realizeSync } from '../tensor/value.ts'
import { cooked, evaluated, recipes, vector } from './graphs.testing.ts'
import { makePlan, type Plan, schedule } from './plan.ts'

function planOf(...roots: readonly Tensor[]): Plan {
  const nodes = roots.map((root) => root.node)
  return makePlan(nodes, schedule(nodes)).plan
}

const deep = 10_000

function chain(x: Tensor, length: number, step: (x: Tensor) => Tensor): Tensor {
  let y = x
  for (let i = 0; i < length; i++) y = step(y)
  return y
}

describe('a graph 10,000 operations deep', () => {
  const half = (x: Tensor): Tensor => mul(x, 0.9999)

  test('runs', () => {
    expect(dataSync(chain(vector(1), deep, half))[0]).toBeCloseTo(0.9999 ** deep, 12)
  })

  /** sin of sin of … and its first two derivatives, by the chain rule. */
  function iteratedSine(x: number, times: number): [value: number, first: number, second: number] {
    let [value, first, second] = [x, 1, 0]
    for (let i = 0; i < times; i++) {
      second = Math.cos(value) * second - Math.sin(value) * first * first
      first *= Math.cos(value)
      value = Math.sin(value)
    }
    return [value, first, second]
  }

  test('is differentiated in reverse', () => {
    const x = vector(0.5)
    const y = chain(x, deep, sin)
    const [slope] = pullback([y], [fullLike(y, 1)], [x])
    expect(dataSync(slope!)[0]).toBeCloseTo(iteratedSine(0.5, deep)[1], 12)
  })

  test('is differentiated forward', () => {
    const x = vector(0.5)
    const [slope] = pushforward([x], [fullLike(x, 1)], [chain(x, deep, sin)])
    expect(dataSync(slope!)[0]).toBeCloseTo(iteratedSine(0.5, deep)[1], 12)
  })

  test('as it comes of differentiating 2,500 operations twice, is right', () => {
    const x = vector(0.5)
    const y = chain(x, deep / 4, sin)
    const [slope] = pullback([y], [fullLike(y, 1)], [x])
    expect(slope!.node.depth).toBeGreaterThan(deep / 4)
    const [curvature] = pullback([slope!], [fullLike(x, 1)], [x])
    expect(curvature!.node.depth).toBeGreaterThan(deep / 2)
    expect(dataSync(curvature!)[0]).toBeCloseTo(iteratedSine(0.5, deep / 4)[2], 12)
  })

  test('of 2,500 diamonds takes one step a level, not one a path', () => {
    const toy = toyBackend()
    const x = vector(1)
    const y = chain(x, deep / 4, (v) => mul(add(v, v), 0.5))
    const [slope] = pullback([y], [fullLike(y, 1)], [x])
    expect(Array.from(dataSync(slope!, { backend: toy.backend }))).toEqual([1])
    expect(toy.calls.get('add')).toBeLessThanOrEqual(deep / 2)
  })
})

test('what is used in several places is computed once', () => {
  const toy = toyBackend()
  const x = vector(0.1, 0.2)
  const shared = tanh(x)
  const y = add(mul(shared, shared), sin(shared))
  realizeSync(x)
  expect(dataSync(y, { backend: toy.backend })).toHaveLength(2)
  expect(Object.fromEntries(toy.calls)).toEqual({ tanh: 1, mul: 1, sin: 1, add: 1 })
})

test('what no output needs does not run', () => {
  const toy = toyBackend()
  const x = vector(0.1, 0.2)
  const shared = sin(x)
  tanh(shared)
  dataSync(mul(shared, shared), { backend: toy.backend })
  expect(Object.fromEntries(toy.calls)).toEqual({ sin: 1, mul: 1 })
})

test('a tensor used elsewhere too gets its whole gradient', () => {
  const x = vector(3)
  const y = mul(x, 2)
  mul(y, 5)
  const [slope] = pullback([mul(y, 3)], [fullLike(y, 1)], [x])
  expect(Array.from(dataSync(slope!))).toEqual([6])
})

test('the two arms of a diamond add up', () => {
  const x = vector(2)
  const y = mul(x, x)
  const z = add(mul(y, y), mul(y, x))
  const [slope] = pullback([z], [fullLike(z, 1)], [x])
  // x⁴ + x³
  expect(Array.from(dataSync(slope!))).toEqual([4 * 8 + 3 * 4])
})

test('names for a value cost no step', () => {
  const x = vector(1)
  expect(planOf(identity(identity(sin(identity(x))))).steps.map(({ primitive }) => primitive.name)).toEqual([
    'sin',
  ])
})

test('steps run in the order their nodes were made', () => {
  const x = vector(1)
  const [first, second] = [sin(x), tanh(x)]
  const plan = planOf(add(second, first))
  expect(plan.steps.map(({ primitive }) => primitive.name)).toEqual(['sin', 'tanh', 'add'])
})

test('every plan frees each intermediate once, after its last use, and counts its peak', () => {
  fc.assert(
    fc.property(recipes(), fc.nat(), (recipe, pick) => {
      const values = cooked(recipe)
      const plan = planOf(values.at(-1)!, values[pick % values.length]!)
      const live = new Set(Array.from({ length: plan.inputCount }, (_, id) => id))
      let most = live.size
      for (const { inputs, output, frees } of plan.steps) {
        expect(
          inputs.every((id) => live.has(id)),
          'reads only what is there',
        ).toBe(true)
        expect(live.has(output)).toBe(false)
        live.add(output)
        most = Math.max(most, live.size)
        for (const id of frees) expect(live.delete(id), 'frees only what is there').toBe(true)
      }
      const kept = new Set([...Array.from({ length: plan.inputCount }, (_, id) => id), ...plan.outputs])
      expect(new Set(live)).toEqual(kept)
      // No value here is larger than [2, 2] in f64.
      expect(plan.peakBytes).toBeLessThanOrEqual(most * 32)
      expect(plan.peakBytes).toBeGreaterThan(0)
    }),
  )
})

test('a chain of any length needs room for its input and two values', () => {
  const bytes = 1000 * 4
  const x = fromOwned(new Float32Array(1000), [1000])
  for (const length of [1, 2, 10, 500]) {
    const plan = planOf(chain(x, length, tanh))
    expect(plan.steps).toHaveLength(length)
    expect(plan.peakBytes).toBeLessThanOrEqual(3 * bytes)
  }
})

test('a chain of any length holds no more than two buffers beside its input', () => {
  const toy = toyBackend()
  expect(dataSync(chain(vector(1), 200, tanh), { backend: toy.backend })).toHaveLength(1)
  expect(toy.memory.mostLive).toBe(3)
})

test('a plan gives what its nodes give one by one', () => {
  fc.assert(
    fc.property(recipes(), fc.array(fc.nat(), { maxLength: 2 }), (recipe, picks) => {
      const values = cooked(recipe)
      const roots = [values.at(-1)!, ...picks.map((i) => values[i % values.length]!)]
      const expected = evaluated(roots).map(({ data }) => Array.from(data))
      realizeSync(...roots)
      expect(roots.map((root) => Array.from(dataSync(root)))).toEqual(expected)
    }),
  )
})

test('a plan gives the same whether parts of it were computed before', () => {
  fc.assert(
    fc.property(recipes(), fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), (recipe, picks) => {
      const [early, late] = [cooked(recipe), cooked(recipe)]
      for (const i of picks) realizeSync(early[i % early.length]!)
      expect(dataSync(early.at(-1)!)).toEqual(dataSync(late.at(-1)!))
    }),
  )
})

test('derivatives are the same whether values were computed before or not', () => {
  fc.assert(
    fc.property(recipes(10), fc.nat(), (recipe, pick) => {
      const slopeOf = (values: readonly Tensor[]): number[] => {
        const loss = sum(values.at(-1)!)
        const [slope] = pullback([loss], [fullLike(loss, 1)], [values[0]!])
        return Array.from(dataSync(slope!))
      }
      const [early, late] = [cooked(recipe), cooked(recipe)]
      realizeSync(early[pick % early.length]!)
      expect(slopeOf(early)).toEqual(slopeOf(late))
    }),
  )
})
