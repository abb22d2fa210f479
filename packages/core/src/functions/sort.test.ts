import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { gather } from '../ops/gather.ts'
import { zeros } from '../tensor/fill.ts'
import { sort, topk } from './sort.ts'
import { f64, flatOf, i32, slopesOf, valuesOf } from './values.testing.ts'

const numbers = fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true })), {
  maxLength: 9,
})

describe('sort', () => {
  it('gives the same elements, ordered, and the places they came from', async () => {
    await fc.assert(
      fc.asyncProperty(numbers, fc.boolean(), async (xs, descending) => {
        const x = f64(xs)
        const { values, indices } = sort(x, { descending })
        const sorted = await flatOf(values)
        const order = await flatOf(indices)
        expect(sorted).toEqual(await flatOf(gather(x, 0, indices)))
        expect(order.toSorted((a, b) => a - b)).toEqual(xs.map((_, i) => i))
        for (let i = 1; i < sorted.length; i++) {
          const [a = 0, b = 0] = [sorted[i - 1], sorted[i]]
          expect(descending ? a >= b : a <= b).toBe(true)
          if (a === b) expect(order[i - 1]).toBeLessThan(order[i] ?? 0)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('goes along the axis named, NaN largest', async () => {
    const x = f64([
      [3, Number.NaN],
      [1, 5],
    ])
    expect(await valuesOf(sort(x).values)).toEqual([
      [3, Number.NaN],
      [1, 5],
    ])
    expect(await valuesOf(sort(x, { axis: 0 }).values)).toEqual([
      [1, 5],
      [3, Number.NaN],
    ])
    expect(await valuesOf(sort(x, { axis: 0, descending: true }).indices)).toEqual([
      [0, 0],
      [1, 1],
    ])
  })

  it('sends gradients back to where elements came from', async () => {
    await gradcheck(
      (t) => sort(t, { axis: 0 }).values,
      [
        f64([
          [3, 1],
          [2, 5],
          [0, 4],
        ]),
      ],
    )
  })
})

describe('topk', () => {
  it('takes the best first, the earlier one at a tie', async () => {
    const x = i32([4, 9, 4, 1])
    expect(await flatOf(topk(x, 3).values)).toEqual([9, 4, 4])
    expect(await flatOf(topk(x, 3).indices)).toEqual([1, 0, 2])
    expect(await flatOf(topk(x, 2, { largest: false }).values)).toEqual([1, 4])
    expect(topk(zeros([2, 5]), 2, { axis: 0 }).values.shape).toEqual([2, 5])
    expect(topk(x, 0).values.shape).toEqual([0])
  })

  it('gives the chosen elements the gradient and the others none', async () => {
    expect(await slopesOf((t) => topk(t, 2).values, f64([1, 4, 2, 3]))).toEqual([0, 1, 0, 1])
  })

  it('refuses a k that the axis does not have', () => {
    expect(() => topk(zeros([2, 3]), 4)).toThrow('topk: k is 4, but axis 1 of [2, 3] has 3 elements')
    expect(() => topk(zeros([3]), 1.5)).toThrow('got 1.5')
  })
})
