import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { hvp } from '../autodiff/products.ts'
import { tensor } from '../tensor/create.ts'
import { zeros } from '../tensor/fill.ts'
import { mean, norm, std, variance } from './statistics.ts'
import { f64, flatOf, i32, slopesOf, valuesOf } from './values.testing.ts'

const matrix = f64([
  [1, 2, 4],
  [-1, 0, 7],
])

describe('mean', () => {
  it('runs over all axes or the named ones, and keeps them when asked', async () => {
    expect(await valuesOf(mean(matrix))).toBe(13 / 6)
    expect(await valuesOf(mean(matrix, { axis: 0 }))).toEqual([0, 1, 5.5])
    expect(await valuesOf(mean(matrix, { axis: -1, keepDims: true }))).toEqual([[7 / 3], [2]])
  })

  it('of integers is f32, and does not overflow on the way', async () => {
    const x = i32([2 ** 31 - 1, 2 ** 31 - 1])
    expect(mean(x).dtype).toBe('f32')
    expect(await flatOf(mean(x))).toEqual([2 ** 31])
    expect(await flatOf(mean(tensor([true, false, false, true])))).toEqual([0.5])
  })

  it('refuses to run over nothing, but may have nothing to say', () => {
    expect(() => mean(zeros([2, 0]), { axis: 1 })).toThrow(
      'mean: has no value over an axis of size 0 in [2, 0]',
    )
    expect(mean(zeros([0, 2]), { axis: 1 }).shape).toEqual([0])
  })
})

describe('variance and std', () => {
  it('agree with the two-pass formula for any numbers and correction', async () => {
    const numbers = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(numbers, fc.integer({ min: 0, max: 2 }), async (xs, correction) => {
        const average = xs.reduce((a, b) => a + b, 0) / xs.length
        const expected = xs.reduce((a, x) => a + (x - average) ** 2, 0) / (xs.length - correction)
        const [v = Number.NaN] = await flatOf(variance(f64(xs), { correction }))
        const [s = Number.NaN] = await flatOf(std(f64(xs), { correction }))
        expect(Math.abs(v - expected)).toBeLessThanOrEqual(1e-12 * (1 + expected))
        expect(Math.abs(s - Math.sqrt(expected))).toBeLessThanOrEqual(1e-9 * (1 + expected))
      }),
      { numRuns: 40 },
    )
  })

  it('divide by n - 1 by default, as PyTorch does', async () => {
    expect(await valuesOf(variance(f64([1, 2, 3, 4])))).toBeCloseTo(5 / 3, 14)
    expect(await valuesOf(variance(matrix, { axis: 0, correction: 0 }))).toEqual([1, 1, 2.25])
    expect(variance(matrix, { axis: 0, keepDims: true }).shape).toEqual([1, 3])
  })

  it('of square matrices run along the axis asked for', async () => {
    const square = f64([
      [1, 3],
      [10, 20],
    ])
    expect(await valuesOf(variance(square, { axis: 1 }))).toEqual([2, 50])
    expect(await valuesOf(variance(square, { axis: 0 }))).toEqual([40.5, 144.5])
  })

  it('lose no precision to a large mean', async () => {
    expect(await flatOf(variance(f64([1e9 + 1, 1e9 + 2, 1e9 + 3])))).toEqual([1])
  })

  it('have the derivatives that differences show, to second order', async () => {
    await gradcheck((x) => variance(x, { axis: 1 }), [matrix])
    await gradcheck((x) => std(x, { axis: 0, keepDims: true, correction: 0 }), [matrix])
  })

  it('the gradient of std is 0 where all elements are equal', async () => {
    expect(await slopesOf(std, f64([2, 2, 2]))).toEqual([0, 0, 0])
  })

  it('refuse no more elements than the correction', () => {
    expect(() => variance(f64([1]))).toThrow('var: over 1 elements of [1] needs a correction below 1, got 1')
    expect(() => std(zeros([2, 0]), { axis: 1, correction: 0 })).toThrow('std: over 0 elements of [2, 0]')
  })
})

describe('norm', () => {
  it('of order 1, 2 and Infinity', async () => {
    const x = f64([3, -4])
    expect(await flatOf(norm(x))).toEqual([5])
    expect(await flatOf(norm(x, { ord: 1 }))).toEqual([7])
    expect(await flatOf(norm(x, { ord: Number.POSITIVE_INFINITY }))).toEqual([4])
    expect(await valuesOf(norm(matrix, { axis: 0, keepDims: true, ord: 1 }))).toEqual([[2, 2, 11]])
  })

  it('has the derivatives that differences show, to second order', async () => {
    await gradcheck(
      (x) => norm(x, { axis: 1 }),
      [
        f64([
          [1, 2, 4],
          [-1, 0.5, 7],
        ]),
      ],
    )
    await gradcheck((x) => norm(x, { ord: 1 }), [f64([1, -2, 3])])
    await gradcheck((x) => norm(x, { ord: Number.POSITIVE_INFINITY }), [f64([1, -2, 3])])
  })

  it.each([1, 2, Number.POSITIVE_INFINITY])(
    'of order %d has gradient and curvature 0 at the zero vector',
    async (ord) => {
      const zero = f64([0, 0, 0])
      expect(await slopesOf((x) => norm(x, { ord }), zero)).toEqual([0, 0, 0])
      expect(await flatOf(hvp((x) => norm(x, { ord }), zero, f64([1, 2, 3])))).toEqual([0, 0, 0])
    },
  )

  it('of one zero row leaves the other rows their gradient', async () => {
    const x = f64([
      [0, 0],
      [3, 4],
    ])
    expect(await slopesOf((t) => norm(t, { axis: 1 }), x)).toEqual([
      0,
      0,
      expect.closeTo(0.6, 15),
      expect.closeTo(0.8, 15),
    ])
  })

  it('refuses other orders', () => {
    expect(() => norm(f64([1]), { ord: 3 })).toThrow('norm: ord must be 1, 2 or Infinity, got 3')
  })
})
