import fc from 'fast-check'
import { expect, it } from 'vitest'
import { epochPermutation } from './permutation.ts'

const length = fc.integer({ min: 0, max: 300 })
const epoch = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const seed = fc.maxSafeNat()

it('holds every index exactly once', () => {
  fc.assert(
    fc.property(length, seed, epoch, (n, s, e) => {
      const sorted = epochPermutation(n, s, e).toSorted()
      expect([...sorted]).toEqual(Array.from({ length: n }, (_, i) => i))
    }),
  )
})

it('is the same for the same seed and epoch', () => {
  fc.assert(
    fc.property(length, seed, epoch, (n, s, e) => {
      expect(epochPermutation(n, s, e)).toEqual(epochPermutation(n, s, e))
    }),
  )
})

it('differs from epoch to epoch and from seed to seed', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 300 }), seed, fc.nat(1000), (n, s, e) => {
      const order = epochPermutation(n, s, e)
      expect(epochPermutation(n, s, e + 1)).not.toEqual(order)
      expect(epochPermutation(n, s === 0 ? 1 : s - 1, e)).not.toEqual(order)
    }),
  )
})

it('is this very order on every machine', () => {
  expect([...epochPermutation(10, 42, 3)]).toEqual([2, 3, 0, 1, 7, 4, 9, 8, 5, 6])
})

it('gives each of the 24 orders of four about equally often', () => {
  const counts = new Map<string, number>()
  for (let e = 0; e < 4800; e++) {
    const order = epochPermutation(4, 5, e).join()
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  expect(counts.size).toBe(24)
  for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(5 * Math.sqrt(200))
})

it('refuses lengths and epochs that are no whole numbers from 0', () => {
  expect(() => epochPermutation(-1, 0, 0)).toThrow(/length is -1/)
  expect(() => epochPermutation(3, 0, 0.5)).toThrow(/epoch is 0.5/)
  expect(() => epochPermutation(3, 0, -1)).toThrow(/epoch is -1/)
})
