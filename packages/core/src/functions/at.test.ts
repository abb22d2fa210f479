import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { reshape } from '../ops/reshape.ts'
import { tensor } from '../tensor/create.ts'
import { arange, zeros } from '../tensor/fill.ts'
import { at } from './at.ts'
import { f64, flatOf, i32, valuesOf } from './values.testing.ts'

const x = reshape(arange(24, { dtype: 'f64' }), [2, 3, 4])

/** A range by Python's definition: walk from start by step until stop is reached. */
function walked(n: number, start: number | null, stop: number | null, step: number): number[] {
  const clamp = (v: number): number =>
    Math.min(step < 0 ? n - 1 : n, Math.max(step < 0 ? -1 : 0, v < 0 ? v + n : v))
  const from = start === null ? (step < 0 ? n - 1 : 0) : clamp(start)
  const to = stop === null ? (step < 0 ? -1 : n) : clamp(stop)
  const out = []
  for (let i = from; step < 0 ? i > to : i < to; i += step) out.push(i)
  return out
}

describe('at', () => {
  it('a number takes one element and drops the axis', async () => {
    expect(await valuesOf(at(x, 1, -1))).toEqual([20, 21, 22, 23])
    expect(await valuesOf(at(x, 1, 2, 3))).toBe(23)
    expect(at(x, null, 0).shape).toEqual([2, 4])
  })

  it('a range takes what slices in Python take, whatever the ends and the step', async () => {
    const end = fc.option(fc.integer({ min: -7, max: 7 }))
    const step = fc.integer({ min: -3, max: 3 }).filter((s) => s !== 0)
    await fc.assert(
      fc.asyncProperty(fc.nat(5), end, end, step, async (n, start, stop, by) => {
        expect(await flatOf(at(arange(n), [start, stop, by]))).toEqual(walked(n, start, stop, by))
      }),
      { numRuns: 200 },
    )
  })

  it('picks combine, one per axis, and axes without one stay whole', async () => {
    expect(await valuesOf(at(x, 0, [null, null, -1], [1, 3]))).toEqual([
      [9, 10],
      [5, 6],
      [1, 2],
    ])
    expect(await valuesOf(at(x, [1, null], null, 0))).toEqual([[12, 16, 20]])
    expect(at(x).shape).toEqual([2, 3, 4])
  })

  it('a tensor picks elements, its axes in the place of the axis', async () => {
    expect(await valuesOf(at(x, 0, i32([2, 0]), [0, 2]))).toEqual([
      [8, 9],
      [0, 1],
    ])
    expect(
      await valuesOf(
        at(
          x,
          0,
          0,
          i32([
            [3, 3],
            [0, 1],
          ]),
        ),
      ),
    ).toEqual([
      [3, 3],
      [0, 1],
    ])
    expect(at(x, i32([0, 1, 1]), null, i32(2)).shape).toEqual([3, 3])
    expect(await valuesOf(at(x, i32([0, 1]), 0, i32([1, 2, 3])))).toEqual([
      [1, 2, 3],
      [13, 14, 15],
    ])
  })

  it('takes empty ranges and empty indices', () => {
    expect(at(x, [2, null]).shape).toEqual([0, 3, 4])
    expect(at(x, [1, 0]).shape).toEqual([0, 3, 4])
    expect(at(x, tensor([], { dtype: 'i32' })).shape).toEqual([0, 3, 4])
  })

  it('adds up gradients where elements are picked more than once', async () => {
    await gradcheck((t) => at(t, i32([0, 1, 0]), [null, null, -2], -1), [x])
  })

  it('refuses numbers outside the axis, naming axis, index and size', () => {
    expect(() => at(x, 0, 3)).toThrow(
      'at: there is no index 3 on axis 1 of [2, 3, 4]: it has indices -3 to 2',
    )
    expect(() => at(x, -3)).toThrow('at: there is no index -3 on axis 0 of [2, 3, 4]: it has indices -2 to 1')
    expect(() => at(zeros([0]), 0)).toThrow('at: there is no index 0 on axis 0 of [0]: it has size 0')
    expect(() => at(x, 0.5)).toThrow('at: there is no index 0.5')
  })

  it('refuses what is no range, and more picks than axes', () => {
    expect(() => at(x, [0, 2, 0])).toThrow('at: [0, 2, 0] is no pick for axis 0 of [2, 3, 4]')
    expect(() => at(x, null, [0.5, 2])).toThrow('at: [0.5, 2] is no pick for axis 1')
    // @ts-expect-error: a string is no pick
    expect(() => at(x, ':')).toThrow("at: the string ':' is no pick for axis 0")
    expect(() => at(x, 0, 0, 0, 0)).toThrow('at: 4 picks are too many for the 3 axes of [2, 3, 4]')
    expect(() => at(x, f64([0]))).toThrow(
      "indexSelect: the index must be i32, got f64; cast it with .cast('i32')",
    )
  })

  it('finds an index in a tensor out of range when it runs', async () => {
    await expect(valuesOf(at(x, i32([2])))).rejects.toThrow('index 2 is out of range')
  })
})
