import { expect, it } from 'vitest'
import { zeros } from '../tensor/fill.ts'
import { oneHot } from './one-hot.ts'
import { f64, i32, valuesOf } from './values.testing.ts'

it('oneHot puts a 1 at each index, on a new last axis', async () => {
  expect(await valuesOf(oneHot(i32([2, 0]), 3))).toEqual([
    [0, 0, 1],
    [1, 0, 0],
  ])
  expect(await valuesOf(oneHot(i32(1), 2))).toEqual([0, 1])
  expect(
    oneHot(
      i32([
        [0, 1],
        [1, 1],
      ]),
      4,
    ).shape,
  ).toEqual([2, 2, 4])
  expect(oneHot(zeros([0], { dtype: 'i32' }), 4).shape).toEqual([0, 4])
})

it('oneHot comes in every dtype, f32 unless asked otherwise', async () => {
  expect(oneHot(i32([0]), 2).dtype).toBe('f32')
  expect(await valuesOf(oneHot(i32([1]), 2, { dtype: 'bool' }))).toEqual([[false, true]])
  expect(oneHot(i32([1]), 2, { dtype: 'i32' }).dtype).toBe('i32')
})

it('oneHot refuses indices outside its depth when it runs', async () => {
  await expect(valuesOf(oneHot(i32([3]), 3))).rejects.toThrow('index 3 is out of range')
  await expect(valuesOf(oneHot(i32([-1]), 3))).rejects.toThrow('index -1 is out of range')
})

it('oneHot refuses labels that are no integers, and no depth', () => {
  expect(() => oneHot(f64([1]), 3)).toThrow(
    "oneHot: the indices must be i32, got f64; cast them with .cast('i32')",
  )
  expect(() => oneHot(i32([1]), 0)).toThrow('oneHot: depth must be a whole number of at least 1, got 0')
})
