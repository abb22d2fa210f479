import { philox4x32 } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { purposes, randomStream, seedWords } from './random.ts'

describe('randomStream', () => {
  const first = (seed: number, purpose: number, index: number) => {
    const stream = randomStream(seed, purpose, index)
    return Array.from({ length: 8 }, () => stream.bits())
  }

  it('repeats for the same seed, purpose and index, and differs when any of them does', () => {
    expect(first(7, purposes.train, 3)).toEqual(first(7, purposes.train, 3))
    const others = [first(8, purposes.train, 3), first(7, purposes.test, 3), first(7, purposes.train, 4)]
    for (const other of others) expect(other).not.toEqual(first(7, purposes.train, 3))
  })

  it('draws from counters that no key of core reaches: the last word is 3', () => {
    const block = new Uint32Array(4)
    philox4x32(block, 1, 9, purposes.test, 3, 7, 1)
    const stream = randomStream(2 ** 32 + 7, purposes.test, 9)
    const words = Array.from({ length: 8 }, () => stream.bits())
    expect(words.slice(4)).toEqual([...block])
  })

  it('draws whole numbers below any bound', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const value = randomStream(seed, purposes.shuffle, 0).below(bound)
        expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true)
      }),
    )
  })

  it('draws every number below a bound about equally often', () => {
    const stream = randomStream(1, purposes.shuffle, 0)
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 7000; i++) counts[stream.below(7)]! += 1
    // Five standard deviations of a binomial count around its mean of 1000.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt((1000 * 6) / 7))
  })
})

describe('seedWords', () => {
  it('gives different words for different seeds', () => {
    const seed = fc.maxSafeNat()
    fc.assert(
      fc.property(seed, seed, (a, b) => {
        const [low, high] = seedWords(a)
        expect(low + high * 2 ** 32).toBe(a)
        if (a !== b) expect(seedWords(a)).not.toEqual(seedWords(b))
      }),
    )
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => seedWords(seed)).toThrow(/^seed: .* is not an integer from 0/)
  })

  it('refuses words that are no unsigned 32-bit integers', () => {
    expect(() => seedWords([0, 2 ** 32])).toThrow(/words \[0, 4294967296\]/)
    expect(() => seedWords([-1, 0])).toThrow(/words \[-1, 0\]/)
  })
})
