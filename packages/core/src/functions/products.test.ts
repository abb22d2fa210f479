import { expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { zeros } from '../tensor/fill.ts'
import { dot, outer } from './products.ts'
import { f64, i32, valuesOf } from './values.testing.ts'

const [a, b] = [f64([1, 2]), f64([3, 4, 5])]

it('outer multiplies every pair, dot adds up the matching ones', async () => {
  expect(await valuesOf(outer(a, b))).toEqual([
    [3, 4, 5],
    [6, 8, 10],
  ])
  expect(await valuesOf(dot(i32([1, 2]), a))).toBe(5)
  expect(await valuesOf(dot(zeros([0]), zeros([0])))).toBe(0)
})

it('outer and dot have the derivatives that differences show', async () => {
  await gradcheck(outer, [a, b])
  await gradcheck((x) => dot(x, x), [b])
})

it('outer and dot take vectors only, dot of one size', () => {
  expect(() => outer(zeros([2, 2]), b)).toThrow('outer: needs two vectors, got [2, 2] and [3]')
  expect(() => dot(a, b)).toThrow('dot: needs two vectors of the same size, got [2] and [3]')
})
