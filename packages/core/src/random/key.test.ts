import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileStats } from '../compiler/cache.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { iota } from '../ops/leaves.ts'
import { tensor } from '../tensor/create.ts'
import { dataSync } from '../tensor/value.ts'
import { randomBits } from './draw.ts'
import { foldIn, key, split } from './key.ts'
import { uniform } from './uniform.ts'

const text = (t: Tensor): string => dataSync(t).join()

describe('key', () => {
  it('holds the low and the high bits of the seed', () => {
    expect([...dataSync(key(0))]).toEqual([0, 0])
    expect([...dataSync(key(2 ** 32 - 1))]).toEqual([-1, 0])
    expect([...dataSync(key(5 * 2 ** 32 + 7))]).toEqual([7, 5])
    expect([...dataSync(key(Number.MAX_SAFE_INTEGER))]).toEqual([-1, 2 ** 21 - 1])
  })

  it('refuses seeds that are not whole numbers from 0 to 2^53 - 1', () => {
    for (const seed of [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => key(seed)).toThrow(OpError)
    }
  })
})

describe('split and foldIn', () => {
  it('give children that differ from the parent, from each other and from what the parent draws', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seed) => {
        const parent = key(seed)
        const children = [...split(parent, 4), ...[-1, 0, 1, 2].map((data) => foldIn(parent, data))]
        const drawn = dataSync(randomBits(parent, [4, 2]))
        const pairs = [0, 2, 4, 6].map((i) => drawn.slice(i, i + 2).join())
        const all = [text(parent), ...children.map(text), ...pairs]
        expect(new Set(all).size).toBe(all.length)
      }),
      { numRuns: 30 },
    )
  })

  it('give the same children each time, the first ones whatever their number', () => {
    const parent = key(11)
    expect(split(parent, 5).map(text).slice(0, 2)).toEqual(split(parent).map(text))
    expect(text(foldIn(parent, 3))).toBe(text(foldIn(key(11), 3)))
  })

  it('give children whose numbers are not related', () => {
    const n = 20000
    const [a = key(0), b = key(0)] = split(key(5))
    const x = [...dataSync(uniform(a, [n]))]
    const y = dataSync(uniform(b, [n]))
    const covariance = x.reduce((total, v, i) => total + (v - 0.5) * ((y[i] ?? 0) - 0.5), 0) / n
    // The correlation of independent numbers has a standard deviation of 1 / √n.
    expect(Math.abs(covariance * 12)).toBeLessThan(4 / Math.sqrt(n))
  })

  it('fold in a number and a scalar tensor alike', () => {
    const step = tensor(-9, { dtype: 'i32' })
    expect(text(foldIn(key(1), -9))).toBe(text(foldIn(key(1), step)))
  })

  it('compile nothing again from step to step', () => {
    const draws = (step: number): Tensor => uniform(foldIn(foldIn(key(step), step), 2), [13])
    dataSync(draws(0))
    const before = compileStats().compiled
    const seen = new Set([1, 2, 3, 4, 5].map((step) => text(draws(step))))
    expect(compileStats().compiled).toBe(before)
    expect(seen.size).toBe(5)
  })

  it('refuse what is no key, count or whole number of 32 bits', () => {
    expect(() => split(iota(3))).toThrow('split: the key must be i32 [2], as key(seed) makes it, got i32 [3]')
    expect(() => split(key(0), 0)).toThrow('split: makes a whole number of keys, at least 1, got 0')
    expect(() => foldIn(tensor([0, 1]), 1)).toThrow(
      'foldIn: the key must be i32 [2], as key(seed) makes it, got f32 [2]',
    )
    expect(() => foldIn(key(0), 2 ** 31)).toThrow('foldIn: folds in a whole number of 32 bits')
    expect(() => foldIn(key(0), tensor(1))).toThrow('foldIn: folds in an i32 scalar, got f32 []')
  })
})
