import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { zeros } from '../tensor/fill.ts'
import { repeatInterleave, roll, tile } from './repeat.ts'
import { f64, flatOf, valuesOf } from './values.testing.ts'

const x = f64([
  [1, 2, 3],
  [4, 5, 6],
])

describe('tile', () => {
  it('lays copies side by side along the last axes', async () => {
    expect(await valuesOf(tile(f64([1, 2]), [2]))).toEqual([1, 2, 1, 2])
    expect(await valuesOf(tile(f64([1, 2]), [2, 1]))).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(await valuesOf(tile(x, [2]))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ])
    expect(tile(x, [2, 0]).shape).toEqual([4, 0])
    expect(tile(f64(1), []).shape).toEqual([])
  })

  it('adds up the gradients of the copies', async () => {
    await gradcheck((t) => tile(t, [2, 1, 3]), [x])
  })

  it('refuses negative counts', () => {
    expect(() => tile(x, [-1])).toThrow('tile: a count must be a whole number of at least 0, got -1')
  })
})

describe('repeatInterleave', () => {
  it('repeats each element in place', async () => {
    expect(await valuesOf(repeatInterleave(f64([1, 2]), 2))).toEqual([1, 1, 2, 2])
    expect(await valuesOf(repeatInterleave(x, 2, { axis: -1 }))).toEqual([
      [1, 1, 2, 2, 3, 3],
      [4, 4, 5, 5, 6, 6],
    ])
    expect(await valuesOf(repeatInterleave(x, 2, { axis: 0 }))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
      [4, 5, 6],
    ])
    expect(repeatInterleave(x, 3).shape).toEqual([18])
  })

  it('adds up the gradients of the copies', async () => {
    await gradcheck((t) => repeatInterleave(t, 3, { axis: 1 }), [x])
  })

  it('refuses a count that is no whole number', () => {
    expect(() => repeatInterleave(x, 1.5)).toThrow(
      'repeatInterleave: the count must be a whole number of at least 0, got 1.5',
    )
  })
})

describe('roll', () => {
  it('shifts toward higher indices, round the end', async () => {
    expect(await flatOf(roll(f64([1, 2, 3, 4]), 1))).toEqual([4, 1, 2, 3])
    expect(await flatOf(roll(f64([1, 2, 3, 4]), -1))).toEqual([2, 3, 4, 1])
    expect(await flatOf(roll(f64([1, 2, 3, 4]), 9))).toEqual([4, 1, 2, 3])
    expect(await valuesOf(roll(x, [1, 1], { axis: [0, 1] }))).toEqual([
      [6, 4, 5],
      [3, 1, 2],
    ])
  })

  it('without an axis goes through the whole tensor in order', async () => {
    expect(await valuesOf(roll(x, 1))).toEqual([
      [6, 1, 2],
      [3, 4, 5],
    ])
  })

  it('leaves an empty axis empty', () => {
    expect(roll(zeros([0, 2]), 3, { axis: 0 }).shape).toEqual([0, 2])
  })

  it('rolls gradients back', async () => {
    await gradcheck((t) => roll(t, 2, { axis: 1 }), [x])
  })

  it('refuses a shift without an axis to go with it', () => {
    expect(() => roll(x, [1, 2], { axis: 0 })).toThrow('roll: 2 shifts for 1 axes: needs one each')
    expect(() => roll(x, 0.5)).toThrow('roll: a shift must be a whole number, got 0.5')
  })
})
