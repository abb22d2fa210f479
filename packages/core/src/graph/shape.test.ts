import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { broadcastable, shapes, someAxes } from '../ops/cases/shapes.ts'
import type { Shape } from './dtype.ts'
import {
  broadcastShapes,
  checkShape,
  formatShape,
  reducedShape,
  resolveAxes,
  resolveAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from './shape.ts'

describe('broadcastShapes', () => {
  const both = broadcastable(2)

  test('gives on each axis the size that is not 1, for operands that fit', () => {
    fc.assert(
      fc.property(both, ([a = [], b = []]) => {
        const out = broadcastShapes('op', a, b)
        expect(out).toHaveLength(Math.max(a.length, b.length))
        out.forEach((n, axis) => {
          const sizes = [a, b].map((shape) => shape[axis - out.length + shape.length] ?? 1)
          expect(sizes.every((size) => size === n || size === 1)).toBe(true)
          expect(sizes).toContain(n)
        })
      }),
    )
  })

  test('does not mind which operand comes first, nor a scalar, nor doing it again', () => {
    fc.assert(
      fc.property(both, ([a = [], b = []]) => {
        const out = broadcastShapes('op', a, b)
        expect(broadcastShapes('op', b, a)).toEqual(out)
        expect(broadcastShapes('op', out, b)).toEqual(out)
        expect(broadcastShapes('op', out, [])).toEqual(out)
      }),
    )
  })

  test('refuses sizes that differ and are not 1, on any axis', () => {
    fc.assert(
      fc.property(shapes({ minRank: 1 }), fc.nat(), (drawn, coin) => {
        const shape = drawn.map((n) => Math.max(2, n))
        const other = shape.map((n, axis) => (axis === coin % shape.length ? n + 1 : n))
        expect(() => broadcastShapes('op', shape, other)).toThrow(`op: shapes ${formatShape(shape)} and`)
      }),
    )
  })

  test('meets size 0 with 1, never with another', () => {
    expect(broadcastShapes('op', [0], [1])).toEqual([0])
    expect(broadcastShapes('op', [2, 0], [1])).toEqual([2, 0])
    expect(() => broadcastShapes('op', [0], [2])).toThrow('axis -1 has sizes 0 and 2')
  })
})

test('an axis counts from either end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(), (rank, coin) => {
      const axis = coin % rank
      expect(resolveAxis('op', axis, rank)).toBe(axis)
      expect(resolveAxis('op', axis - rank, rank)).toBe(axis)
    }),
  )
  for (const wrong of [2, -3, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => resolveAxis('op', wrong, 2)).toThrow(
      `op: there is no axis ${wrong}: rank 2 has axes -2 to 1`,
    )
  }
})

test('axes come out sorted, from the front, all of them by default', () => {
  expect(resolveAxes('op', [-1, 0], 3)).toEqual([0, 2])
  expect(resolveAxes('op', undefined, 3)).toEqual([0, 1, 2])
  expect(resolveAxes('op', [], 3)).toEqual([])
  expect(() => resolveAxes('op', [1, -1], 2)).toThrow('axis 1 is named twice in [1, -1]')
})

test('a reduced shape has the same number of elements whether axes stay or go', () => {
  const drawn = shapes().chain((shape) => fc.tuple(fc.constant(shape), someAxes(shape.length)))
  fc.assert(
    fc.property(drawn, ([shape, axes]) => {
      const [kept, dropped] = [reducedShape(shape, axes, true), reducedShape(shape, axes, false)]
      expect(kept).toHaveLength(shape.length)
      expect(dropped).toHaveLength(shape.length - axes.length)
      expect(sizeOf(kept)).toBe(sizeOf(dropped))
      expect(kept.filter((_, axis) => !axes.includes(axis))).toEqual(dropped)
    }),
  )
})

test('a stride is the number of elements between neighbours along its axis', () => {
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
  expect(stridesOf([])).toEqual([])
  expect(stridesOf([5])).toEqual([1])
})

test('shapes are compared axis by axis', () => {
  expect(sameShape([2, 3], [2, 3])).toBe(true)
  expect(sameShape([2, 3], [3, 2])).toBe(false)
  expect(sameShape([], [1])).toBe(false)
})

test('a shape is whole numbers of at least 0 whose product can be counted', () => {
  const fine: Shape[] = [[], [0], [3, 0, 2], [2 ** 26, 2 ** 26]]
  for (const shape of fine) expect(checkShape('op', shape)).toBe(shape)
  const wrong: Shape[] = [[-1], [1.5], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 27, 2 ** 27]]
  for (const shape of wrong) expect(() => checkShape('op', shape)).toThrow(`op: `)
})
