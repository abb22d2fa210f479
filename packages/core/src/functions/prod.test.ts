import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { hessian } from '../autodiff/jacobian.ts'
import { tensor } from '../tensor/create.ts'
import { zeros } from '../tensor/fill.ts'
import { prod } from './prod.ts'
import { f64, flatOf, i32, slopesOf, valuesOf } from './values.testing.ts'

it('prod multiplies over the axes named, for any length', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 17 }), async (xs) => {
      const product = xs.reduce((a, b) => a * b, 1)
      // Adding 0 turns -0 into 0.
      expect((await flatOf(prod(f64(xs)))).map((v) => v + 0)).toEqual([product + 0])
    }),
    { numRuns: 40 },
  )
  const x = f64([
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [7, 8, 9],
      [10, 11, 12],
    ],
  ])
  expect(await valuesOf(prod(x, { axis: [0, 2] }))).toEqual([6 * 504, 120 * 1320])
  expect(await valuesOf(prod(x, { axis: 1, keepDims: true }))).toEqual([[[4, 10, 18]], [[70, 88, 108]]])
})

it('an empty product is 1, and one over nothing of nothing is empty', async () => {
  expect(await flatOf(prod(zeros([2, 0]), { axis: 1 }))).toEqual([1, 1])
  expect(await flatOf(prod(zeros([0, 2]), { axis: 1 }))).toEqual([])
  expect(await flatOf(prod(f64(3)))).toEqual([3])
})

it('products of i32 wrap, products of bool are counted in i32', async () => {
  expect(await flatOf(prod(i32([65536, 65536, 3])))).toEqual([0])
  expect(await flatOf(prod(tensor([true, true])))).toEqual([1])
  expect(prod(tensor([true, false])).dtype).toBe('i32')
})

it('the gradient of prod is the product of the others, with one zero, two or none', async () => {
  expect(await slopesOf(prod, f64([2, 3, 4]))).toEqual([12, 8, 6])
  expect(await slopesOf(prod, f64([2, 0, 4]))).toEqual([0, 8, 0])
  expect(await slopesOf(prod, f64([0, 0, 4]))).toEqual([0, 0, 0])
})

it('second derivatives of prod are right at zeros', async () => {
  expect(await valuesOf(hessian(prod)(f64([0, 0, 4])))).toEqual([
    [0, 4, 0],
    [4, 0, 0],
    [0, 0, 0],
  ])
  await gradcheck(
    (x) => prod(x, { axis: 0 }),
    [
      f64([
        [0, 2],
        [3, 0],
        [0.5, 0],
        [1, -1],
        [2, 4],
      ]),
    ],
  )
})
