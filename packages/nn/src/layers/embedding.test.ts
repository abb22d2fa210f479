import { gradcheck, key, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { numbers, still } from '../testing/layers.testing.ts'
import { embedding } from './embedding.ts'

const indices = tensor(
  [
    [2, 0],
    [2, 1],
  ],
  { dtype: 'i32' },
)

describe('embedding', () => {
  it('gives the row of each index, whatever the shape of the indices', async () => {
    const weight = tensor([
      [0, 1],
      [10, 11],
      [20, 21],
    ])
    expect(await embedding(3, 2).apply({ weight }, indices, still).array()).toEqual([
      [
        [20, 21],
        [0, 1],
      ],
      [
        [20, 21],
        [10, 11],
      ],
    ])
  })

  it('adds up the gradients of a row that is used twice', async () => {
    const apply = (weight: ReturnType<typeof tensor>) => embedding(3, 2).apply({ weight }, indices, still)
    await gradcheck((weight) => apply(weight).square(), [numbers(1, [3, 2])])
  })

  it('starts normal with standard deviation 1', async () => {
    const values = [...(await embedding(100, 50).init(key(0)).weight.data())]
    const meanSquare = values.reduce((sum, v) => sum + v * v, 0) / values.length
    expect(meanSquare).toBeCloseTo(1, 1)
    expect(embedding(100, 50).kinds()).toEqual({ weight: 'embedding' })
  })

  it('refuses indices that are no integers, and when it runs those that are out of range', async () => {
    const { weight } = embedding(2, 1).init(key(0))
    expect(() => embedding(2, 1).apply({ weight }, tensor([0]), still)).toThrow('needs i32 indices, got f32')
    const beyond = embedding(2, 1).apply({ weight }, tensor([2], { dtype: 'i32' }), still)
    await expect(beyond.data()).rejects.toThrow('index 2 is out of range')
  })
})
