import { expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { tensor } from '../tensor/create.ts'
import { indexSelect } from './index-select.ts'
import { f64, i32, slopesOf, valuesOf } from './values.testing.ts'

const table = f64([
  [1, 2],
  [3, 4],
  [5, 6],
])

it('indexSelect takes rows in any order, any number of times', async () => {
  expect(await valuesOf(indexSelect(table, 0, i32([2, 0, 2])))).toEqual([
    [5, 6],
    [1, 2],
    [5, 6],
  ])
  expect(await valuesOf(indexSelect(table, -1, i32([1])))).toEqual([[2], [4], [6]])
})

it('an index of any rank takes the place of the axis', async () => {
  expect(
    await valuesOf(
      indexSelect(
        table,
        0,
        i32([
          [0, 1],
          [2, 0],
        ]),
      ),
    ),
  ).toEqual([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [1, 2],
    ],
  ])
  expect(await valuesOf(indexSelect(table, 0, i32(1)))).toEqual([3, 4])
})

it('a row selected twice gets both gradients, one not selected none', async () => {
  expect(await slopesOf((t) => indexSelect(t, 0, i32([2, 0, 2])), table)).toEqual([1, 1, 0, 0, 2, 2])
  await gradcheck(
    (t) =>
      indexSelect(
        t,
        1,
        i32([
          [1, 0],
          [1, 1],
        ]),
      ),
    [table],
  )
})

it('indexSelect refuses other dtypes, and indices out of range when it runs', async () => {
  expect(() => indexSelect(table, 0, tensor([true]))).toThrow(
    'indexSelect: the index must be i32, got bool; use where() to mask',
  )
  await expect(valuesOf(indexSelect(table, 0, i32([-1])))).rejects.toThrow('index -1 is out of range')
})
