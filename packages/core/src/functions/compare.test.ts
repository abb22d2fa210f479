import { describe, expect, it } from 'vitest'
import { tensor } from '../tensor/create.ts'
import { all, allClose, any, elementIsFinite, elementIsNaN, ge, gt, isClose, ne } from './compare.ts'
import { i32, valuesOf } from './values.testing.ts'

const special = tensor([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0])

describe('comparisons', () => {
  it('order numbers, and fail on NaN except for ne', async () => {
    const a = tensor([1, 2, 3, Number.NaN])
    const b = tensor([2, 2, 2, Number.NaN])
    expect(await valuesOf(gt(a, b))).toEqual([false, false, true, false])
    expect(await valuesOf(ge(a, b))).toEqual([false, true, true, false])
    expect(await valuesOf(ne(a, b))).toEqual([true, false, true, true])
  })

  it('isNaN and isFinite tell NaN, ±∞ and numbers apart', async () => {
    expect(await valuesOf(elementIsNaN(special))).toEqual([false, true, false, false, false])
    expect(await valuesOf(elementIsFinite(special))).toEqual([true, false, false, false, true])
    expect(await valuesOf(elementIsFinite(i32([-7, 0])))).toEqual([true, true])
  })
})

describe('any and all', () => {
  const x = tensor([
    [true, false],
    [true, true],
  ])

  it('reduce over all axes or the named ones', async () => {
    expect(await valuesOf(any(x))).toBe(true)
    expect(await valuesOf(all(x))).toBe(false)
    expect(await valuesOf(all(x, { axis: 0 }))).toEqual([true, false])
    expect(await valuesOf(any(x, { axis: 1, keepDims: true }))).toEqual([[true], [true]])
  })

  it('over nothing, any is false and all is true', async () => {
    const none = tensor([], { dtype: 'bool' })
    expect(await valuesOf(any(none))).toBe(false)
    expect(await valuesOf(all(none))).toBe(true)
  })

  it('count numbers as true unless they are 0', async () => {
    expect(await valuesOf(any(i32([0, -1])))).toBe(true)
    expect(await valuesOf(any(tensor([0, -0])))).toBe(false)
    expect(await valuesOf(all(tensor([0.5, Number.NaN])))).toBe(true)
  })
})

describe('isClose', () => {
  it('allows a difference relative to the second operand, or an absolute one', async () => {
    const a = tensor([1, 1, 0, 0], { dtype: 'f64' })
    const b = tensor([1 + 9e-6, 1 + 2e-5, 1e-9, 1e-7], { dtype: 'f64' })
    expect(await valuesOf(isClose(a, b))).toEqual([true, false, true, false])
    expect(await valuesOf(isClose(a, b, { rtol: 1e-4, atol: 1e-6 }))).toEqual([true, true, true, true])
  })

  it('takes equal infinities as close, and no number as close to one', async () => {
    const a = tensor([Number.POSITIVE_INFINITY, 1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    const b = tensor([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY])
    expect(await valuesOf(isClose(a, b))).toEqual([true, false, false, false])
  })

  it('takes NaN as close to NaN only when asked', async () => {
    const x = tensor([Number.NaN, Number.NaN, 1])
    const y = tensor([Number.NaN, 1, 1])
    expect(await valuesOf(isClose(x, y))).toEqual([false, false, true])
    expect(await valuesOf(isClose(x, y, { equalNaN: true }))).toEqual([true, false, true])
    expect(await valuesOf(allClose(x, x, { equalNaN: true }))).toBe(true)
    expect(await valuesOf(allClose(x, x))).toBe(false)
  })
})
