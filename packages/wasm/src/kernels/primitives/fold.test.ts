import { fold } from '@samkit/core'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { anyArray, anyCuts, expectReference, longArray } from './primitives.testing.ts'

interface Axis {
  readonly size: number
  readonly stride: number
  readonly dilation: number
  readonly length: number
  readonly count: number
}

const axis = (longest: number): fc.Arbitrary<Axis> =>
  fc
    .record({
      size: fc.integer({ min: 1, max: 7 }),
      stride: fc.integer({ min: 1, max: 4 }),
      dilation: fc.constantFrom(1, 1, 1, 2, 3),
      count: fc.integer({ min: 1, max: longest }),
      rest: fc.nat({ max: 3 }),
    })
    .map(({ rest, ...sizes }) => {
      const reach = (sizes.count - 1) * sizes.stride + (sizes.size - 1) * sizes.dilation + 1
      return { ...sizes, length: reach + Math.min(rest, sizes.stride - 1) }
    })

const uses = fc
  .record({
    fixed: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
    axes: fc.oneof(
      fc.tuple(axis(20)),
      fc.tuple(axis(4), axis(6)),
      fc.tuple(axis(2), axis(3), axis(3)),
      fc.constant([]),
    ),
    dtype: fc.constantFrom('f32' as const, 'f64' as const, 'i32' as const),
  })
  .map(({ fixed, axes, dtype }) => ({
    dtype,
    shape: [...fixed, ...axes.map((a: Axis) => a.count), ...axes.map((a: Axis) => a.size)],
    attrs: {
      size: axes.map((a: Axis) => a.size),
      stride: axes.map((a: Axis) => a.stride),
      dilation: axes.map((a: Axis) => a.dilation),
      lengths: axes.map((a: Axis) => a.length),
    },
  }))

describe('fold', () => {
  test('gives the bits of the reference kernel for windows of every form, however it is split', () => {
    fc.assert(
      fc.property(uses, fc.integer(), anyCuts, ({ dtype, shape, attrs }, seed, cuts) =>
        expectReference(fold.primitive, { inputs: [longArray(dtype, shape, seed)], attrs }, cuts),
      ),
      { numRuns: 300 },
    )
  })

  test('adds up infinities, NaN and zeros of both signs as the reference kernel does', () => {
    const small = uses.filter(({ shape }) => shape.reduce((count, n) => count * n, 1) <= 400)
    fc.assert(
      fc.property(
        small.chain(({ dtype, shape, attrs }) => anyArray(dtype, shape).map((x) => ({ x, attrs }))),
        ({ x, attrs }) => expectReference(fold.primitive, { inputs: [x], attrs }),
      ),
    )
  })

  test.each([
    { windows: '2 by 2 side by side', size: 2, stride: 2, count: 8, length: 16 },
    { windows: '2 by 2 with a row and a column left over', size: 2, stride: 2, count: 8, length: 17 },
    { windows: '3 by 3 that overlap', size: 3, stride: 2, count: 8, length: 17 },
    { windows: '3 by 3 at every place', size: 3, stride: 1, count: 14, length: 16 },
    { windows: '5 by 5, nine of them at a place', size: 5, stride: 2, count: 6, length: 15 },
    { windows: '2 by 2 apart from each other', size: 2, stride: 3, count: 5, length: 16 },
  ])('puts back windows of $windows', ({ size, stride, count, length }) => {
    for (const dtype of ['f32', 'f64'] as const) {
      const x = longArray(dtype, [2, 3, count, count, size, size], 5)
      const two = (n: number) => [n, n]
      const attrs = { size: two(size), stride: two(stride), dilation: two(1), lengths: two(length) }
      expectReference(fold.primitive, { inputs: [x], attrs }, [0.2, 0.7])
    }
  })
})
