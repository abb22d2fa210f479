import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Backend } from '../backend/backend.ts'
import { referenceBackend } from '../backend/reference.ts'
import { later, type Toy, toyBackend } from '../backend/toy.testing.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { mul, sub } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { applyPrimitive } from '../ops/define.ts'
import { add } from '../ops/elementwise.ts'
import { constant } from '../ops/leaves.ts'
import { slice } from '../ops/slice.ts'
import { sin } from '../ops/transcendental.ts'
import { array, dataSync } from '../tensor/value.ts'
import { compileStats } from './cache.ts'
import { cooked, evaluated, recipes, vector } from './graphs.testing.ts'

/** How many plans a toy backend was given for these graphs, run one after another. */
function plansFor(toy: Toy, ...graphs: readonly Tensor[]): number {
  const before = toy.compiled
  for (const graph of graphs) dataSync(graph, { backend: toy.backend })
  return toy.compiled - before
}

describe('one plan serves', () => {
  const toy = toyBackend()

  test('graphs of one structure over other values', () => {
    const graph = (x: number): Tensor => add(mul(vector(x, 2), 3), vector(x, x))
    const { compiled, reused } = compileStats()
    expect(plansFor(toy, graph(1), graph(2), graph(3))).toBe(1)
    expect(compileStats()).toEqual({ compiled: compiled + 1, reused: reused + 2 })
    expect(Array.from(dataSync(graph(5), { backend: toy.backend }))).toEqual([20, 11])
  })

  test('graphs whose nodes were made in another order', () => {
    const [a, b] = [vector(1), vector(2)]
    const graphs = [false, true].map((turned) => {
      const parts = (turned ? [() => mul(b, 5), () => sin(a)] : [() => sin(a), () => mul(b, 5)]).map((make) =>
        make(),
      )
      return turned ? sub(parts[1]!, parts[0]!) : sub(parts[0]!, parts[1]!)
    })
    expect(plansFor(toy, ...graphs)).toBe(1)
    expect(graphs.map((graph) => dataSync(graph)[0])).toEqual([Math.sin(1) - 10, Math.sin(1) - 10])
  })
})

describe('another plan is made for', () => {
  const x = (): Tensor => vector(1, 2)

  test.each([
    [1, 2],
    [0, -0],
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    [Number.NaN, Number.POSITIVE_INFINITY],
    [1, 1 + 2 ** -52],
  ])('the constants %d and %d', (a, b) => {
    expect(plansFor(toyBackend(), mul(x(), a), mul(x(), b), mul(x(), a))).toBe(2)
  })

  test('constants that are one number in two dtypes', () => {
    const toy = toyBackend()
    expect(plansFor(toy, constant(1, [2], 'f32'), constant(1, [2], 'f64'), constant(1, [2], 'i32'))).toBe(3)
  })

  test('another shape or dtype of an input', () => {
    const inputs = [
      x(),
      vector(1, 2, 3),
      fromOwned(Float32Array.of(1, 2), [2]),
      fromOwned(Float64Array.of(1, 2), [1, 2]),
    ]
    expect(plansFor(toyBackend(), ...inputs.map((input) => sin(input)))).toBe(4)
  })

  test('one input used twice and two inputs', () => {
    const [a, b] = [x(), x()]
    expect(plansFor(toyBackend(), mul(a, a), mul(a, b))).toBe(2)
  })

  test('operands in another order', () => {
    const [a, b] = [vector(1), sin(vector(3))]
    expect(plansFor(toyBackend(), sub(a, b), sub(b, a))).toBe(2)
  })

  test('other attributes', () => {
    const at = (start: number, stop: number): Tensor =>
      slice(x(), { start: [start], stop: [stop], step: [1] })
    expect(plansFor(toyBackend(), at(0, 1), at(1, 2), sum(x()), sum(x(), { keepDims: true }))).toBe(4)
  })

  test("attributes '1' and 1, and lists that read alike", () => {
    const tagged: Primitive<readonly [Tensor], { readonly tag: unknown }> = {
      name: 'tagged',
      family: 'unary',
      infer: ([a]) => ({ shape: a.shape, dtype: a.dtype }),
      vjp: (ct) => [ct],
      jvp: ([t], [a]) => t ?? a,
      reference: ([a], { tag }) => a.data.map(() => Number(tag)),
    }
    const tags: unknown[] = [
      1,
      '1',
      [1],
      ['1'],
      [[1]],
      true,
      'true',
      null,
      'null',
      { a: 1 },
      '[1]',
      [1, 2],
      ['1,2'],
      -0,
      0,
    ]
    const graphs = tags.map((tag) => applyPrimitive(tagged, [x()], { tag }))
    expect(plansFor(toyBackend(), ...graphs)).toBe(tags.length)
  })

  test('two primitives of one name', () => {
    const named = (value: number): Primitive<readonly [Tensor], object> => ({
      name: 'mine',
      family: 'unary',
      infer: ([a]) => ({ shape: a.shape, dtype: a.dtype }),
      vjp: (ct) => [ct],
      jvp: ([t], [a]) => t ?? a,
      reference: ([a]) => a.data.map(() => value),
    })
    const values = [1, 2].map((value) => dataSync(applyPrimitive(named(value), [x()], {}))[0])
    expect(values).toEqual([1, 2])
  })
})

test('attributes that their owner changes afterwards do not change the graph', () => {
  const start = [0]
  const attrs = { start, stop: [2], step: [1] }
  const before = slice(vector(1, 2, 3), attrs)
  start[0] = 1
  attrs.step[0] = 2
  expect(Array.from(dataSync(before))).toEqual([1, 2])
  expect(Array.from(dataSync(slice(vector(1, 2, 3), attrs)))).toEqual([2])
})

test('the plans made last are kept, the oldest go', () => {
  const toy = toyBackend()
  const graphs = Array.from({ length: 260 }, (_, i) => mul(vector(1), i + 0.5))
  expect(plansFor(toy, ...graphs)).toBe(260)
  expect(plansFor(toy, mul(vector(1), 259.5), mul(vector(1), 10.5))).toBe(0)
  expect(plansFor(toy, mul(vector(1), 0.5))).toBe(1)
})

test('each backend compiles for itself', () => {
  const [a, b] = [toyBackend(), toyBackend()]
  expect([plansFor(a, sin(vector(1))), plansFor(b, sin(vector(1)))]).toEqual([1, 1])
})

test('a compilation that failed is tried again', async () => {
  const good = later(referenceBackend)
  let attempts = 0
  const flaky: Backend = {
    ...good,
    compile: async (plan) => {
      attempts += 1
      if (attempts === 1) throw new Error('the device was lost')
      return good.compile(plan)
    },
  }
  const graph = sin(vector(0))
  await expect(array(graph, { backend: flaky })).rejects.toThrow('the device was lost')
  expect(await array(graph, { backend: flaky })).toEqual([0])
})

test('plans found again give what their own graph says', () => {
  fc.assert(
    fc.property(recipes(), recipes(), (one, other) => {
      for (const recipe of [one, other, one]) {
        const root = cooked(recipe).at(-1)!
        const [expected] = evaluated([root])
        expect(dataSync(root)).toEqual(expected!.data)
      }
    }),
  )
})
