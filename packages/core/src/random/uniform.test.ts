import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataSync } from '../tensor/value.ts'
import { key } from './key.ts'
import { kolmogorovSmirnov, moments } from './statistics.testing.ts'
import { uniform } from './uniform.ts'

describe('uniform', () => {
  it('draws numbers with the distribution, mean and variance of the uniform one', () => {
    for (const dtype of ['f32', 'f64'] as const) {
      const values = dataSync(uniform(key(1), [100, 300], { low: -3, high: 5, dtype }))
      expect(kolmogorovSmirnov(values, (x) => (x + 3) / 8)).toBeLessThan(1.95)
      const { mean, variance } = moments(values)
      expect(Math.abs(mean - 1)).toBeLessThan(4 * Math.sqrt(64 / 12 / 30000))
      expect(variance).toBeCloseTo(64 / 12, 1)
    }
  })

  it('starts a longer draw with the numbers of a shorter one', () => {
    const long = dataSync(uniform(key(2), [5, 8]))
    expect(dataSync(uniform(key(2), [3, 7]))).toEqual(long.slice(0, 21))
  })

  it('stays in [low, high), also where rounding would reach high', () => {
    const bound = fc.float({ min: -1e6, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        fc.pre(a !== b)
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const values = dataSync(uniform(key(3), [100], { low, high }))
        expect(values.every((x) => x >= low && x < high)).toBe(true)
      }),
    )
    const narrow = [...dataSync(uniform(key(3), [4000], { low: 1, high: 1 + 2 ** -22 }))]
    const lower = narrow.filter((x) => x === 1).length
    expect(lower + narrow.filter((x) => x === 1 + 2 ** -23).length).toBe(4000)
    expect(Math.abs(lower - 2000)).toBeLessThan(4 * Math.sqrt(1000))
  })

  it('draws scalars and tensors of no elements', () => {
    expect(uniform(key(0), []).shape).toEqual([])
    expect(dataSync(uniform(key(0), [0, 3])).length).toBe(0)
  })

  it('refuses an empty or endless range', () => {
    expect(() => uniform(key(0), [2], { low: 1, high: 1 })).toThrow('uniform: needs low below high in f32')
    expect(() => uniform(key(0), [2], { low: 1, high: 1 + 1e-9 })).toThrow('got 1 and 1.000000001')
    expect(() => uniform(key(0), [2], { high: Number.POSITIVE_INFINITY })).toThrow('both finite')
    expect(() => uniform(key(0), [2], { low: Number.NaN })).toThrow('got NaN and 1')
    expect(() => uniform(key(0), [1.5])).toThrow('uniform: [1.5] is no shape')
  })
})
