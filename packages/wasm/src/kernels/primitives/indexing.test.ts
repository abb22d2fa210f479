import { type DType, gather, type HostArray, type Shape, scatterAdd, sizeOf } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyArray, anyCuts, compiled, expectReference, hostArray, longArray } from './primitives.testing.ts'

interface Indexed {
  readonly large: Shape
  readonly small: Shape
  readonly axis: number
  readonly index: HostArray
}

const sizes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 5, max: 40 }) },
)

/** A shape to index into and an index along one of its axes, of size 1 along any of the others, with repeats. */
const indexed: fc.Arbitrary<Indexed> = fc
  .record({
    large: fc.array(sizes, { minLength: 1, maxLength: 4 }).filter((shape) => sizeOf(shape) <= 800),
    coin: fc.nat(),
    count: fc.integer({ min: 1, max: 6 }),
    ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .chain(({ large, coin, count, ones }) => {
    const axis = coin % large.length
    const small = large.map((n, a) => (a === axis ? count : n))
    const shape = small.map((n, a) => (a !== axis && ones[a] ? 1 : n))
    const length = sizeOf(shape)
    return fc
      .array(fc.nat({ max: (large[axis] ?? 1) - 1 }), { minLength: length, maxLength: length })
      .map((values) => ({ large, small, axis, index: hostArray('i32', shape, values) }))
  })

const numbers: readonly DType[] = ['f32', 'f64', 'i32']
const drawn = (dtypes: readonly DType[], side: 'large' | 'small') =>
  fc
    .tuple(indexed, fc.constantFrom(...dtypes), anyCuts)
    .chain(([use, dtype, cuts]) => anyArray(dtype, use[side]).map((x) => ({ ...use, x, cuts })))

describe('gather', () => {
  test('picks what the reference kernel picks, whatever axes share the index, however it is split', () => {
    fc.assert(
      fc.property(drawn([...numbers, 'bool'], 'large'), ({ x, index, axis, cuts }) =>
        expectReference(gather.primitive, { inputs: [x, index], attrs: { axis } }, cuts),
      ),
      { numRuns: 200 },
    )
  })

  test.each([1, 3, 5, 17, 64, 100, 300])('copies rows of %i numbers', (width) => {
    const index = hostArray('i32', [4, 1], [2, 0, 2, 1])
    for (const dtype of [...numbers, 'bool'] as const) {
      const x = longArray(dtype, [3, width], width)
      expectReference(gather.primitive, { inputs: [x, index], attrs: { axis: 0 } }, [0.5])
    }
  })

  test('reports the first index out of range, as the reference kernel does', () => {
    const x = hostArray('f32', [3, 2], [1, 2, 3, 4, 5, 6])
    const index = hostArray('i32', [2, 2], [0, 2, -1, 7])
    const use = { inputs: [x, index], attrs: { axis: 0 } }
    const made = compiled(gather.primitive, use)
    for (const cuts of [[], [0.5]]) {
      made.run(cuts)
      expect(made.failed()).toEqual({ place: 2, value: -1 })
    }
    const message = made.generated.failure?.(-1).message
    const output = { dtype: 'f32', shape: [2, 2] } as const
    expect(() => gather.primitive.reference(use.inputs, use.attrs, output)).toThrow(message)
  })

  test('reports an index into nothing, and reads nothing', () => {
    const use = { inputs: [hostArray('f32', [0], []), hostArray('i32', [2], [0, 1])], attrs: { axis: 0 } }
    const made = compiled(gather.primitive, use)
    made.run()
    expect(made.failed()).toEqual({ place: 0, value: 0 })
  })
})

describe('scatterAdd', () => {
  const attrsOf = ({ large, axis }: Indexed) => ({ axis, size: large[axis] ?? 0 })

  test('adds what the reference kernel adds, to the bit, however it is split', () => {
    fc.assert(
      fc.property(drawn(numbers, 'small'), (use) =>
        expectReference(scatterAdd.primitive, { inputs: [use.x, use.index], attrs: attrsOf(use) }, use.cuts),
      ),
      { numRuns: 200 },
    )
  })

  test.each([1, 3, 8, 12, 31, 64])('adds up rows of %i numbers by a shared index', (width) => {
    const index = hostArray('i32', [9, 1], [2, 0, 2, 1, 2, 2, 5, 5, 2])
    for (const dtype of numbers) {
      const updates = longArray(dtype, [9, width], width)
      expectReference(scatterAdd.primitive, { inputs: [updates, index], attrs: { axis: 0, size: 7 } }, [0.3])
    }
  })

  test('adds f32 up in f64 also where lines are too long to be taken together', () => {
    const index = longArray('i32', [5, 3], 11)
    const own = hostArray(
      'i32',
      [5, 3],
      index.data.map((k) => Math.abs(k) * 700),
    )
    const updates = longArray('f32', [5, 3], 12)
    expectReference(scatterAdd.primitive, { inputs: [updates, own], attrs: { axis: 0, size: 9000 } }, [0.4])
  })

  test.each([
    { form: 'a shared index', shape: [3, 1] },
    { form: 'an index of its own for each place', shape: [3, 4] },
  ])('reports the first index out of range for $form', ({ shape }) => {
    const values = shape[1] === 1 ? [0, 5, -1] : [0, 1, 1, 0, 1, 5, 0, 9, 0, 0, -1, 0]
    const updates = longArray('f32', [3, 4], 1)
    const use = { inputs: [updates, hostArray('i32', shape, values)], attrs: { axis: 0, size: 2 } }
    const made = compiled(scatterAdd.primitive, use)
    made.run()
    expect(made.failed()).toEqual({ place: shape[1] === 1 ? 4 : 5, value: 5 })
    const output = { dtype: 'f32', shape: [2, 4] } as const
    expect(() => scatterAdd.primitive.reference(use.inputs, use.attrs, output)).toThrow(
      made.generated.failure?.(5).message,
    )
  })
})
