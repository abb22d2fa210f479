import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataSync } from '../tensor/value.ts'
import { foldIn, key } from './key.ts'
import { permutation } from './permutation.ts'
import { randint } from './randint.ts'
import { chiSquareDeviation, countsOf, moments } from './statistics.testing.ts'

describe('randint', () => {
  it('draws every number of the range about equally often', () => {
    for (const [low, high] of [
      [0, 7],
      [-50, 50],
      [-64, 64],
    ] as const) {
      const values = dataSync(randint(key(1), [200, 100], { low, high }))
      const counts = countsOf(
        values.map((v) => v - low),
        high - low,
      )
      expect(counts.length).toBe(high - low)
      expect(
        chiSquareDeviation(
          counts,
          counts.map(() => 20000 / (high - low)),
        ),
      ).toBeLessThan(4)
    }
  })

  it('does not favour small numbers where the span does not divide 2^32', () => {
    // A plain remainder would draw the first fifth of this range a third more often than the rest.
    const high = 1.25 * 2 ** 30
    const values = dataSync(randint(key(2), [20000], { high }))
    const fifths = countsOf(
      values.map((v) => Math.floor((5 * v) / high)),
      5,
    )
    expect(
      chiSquareDeviation(
        fifths,
        fifths.map(() => 4000),
      ),
    ).toBeLessThan(4)
    expect(Math.abs(moments(values).mean / high - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 20000))
  })

  it('stays in its range, to the ends of 32 bits', () => {
    const bound = fc.integer({ min: -(2 ** 31), max: 2 ** 31 })
    fc.assert(
      fc.property(bound, bound, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        fc.pre(high > low && high - low < 2 ** 31)
        const values = dataSync(randint(key(3), [20], { low, high }))
        expect(values.every((v) => v >= low && v < high)).toBe(true)
      }),
    )
    expect([...dataSync(randint(key(3), [2], { low: 2 ** 31 - 1, high: 2 ** 31 }))]).toEqual([
      2147483647, 2147483647,
    ])
  })

  it('refuses ranges that are empty, too wide or not whole', () => {
    for (const [low, high] of [
      [0, 0],
      [3, 2],
      [0, 2 ** 31],
      [0.5, 2],
      [0, Number.NaN],
      [-(2 ** 31) - 1, 0],
    ] as const) {
      expect(() => randint(key(0), [2], { low, high })).toThrow(`randint: needs whole numbers`)
    }
  })
})

describe('permutation', () => {
  it('has every number from 0 to n - 1 once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.maxSafeNat(), (n, seed) => {
        const order = [...dataSync(permutation(key(seed), n))]
        expect(order.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
    )
  })

  it('gives the 6 orders of 3 about equally often', () => {
    const runs = 3000
    const counts = new Map<string, number>()
    for (let i = 0; i < runs; i++) {
      const order = dataSync(permutation(foldIn(key(4), i), 3)).join()
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    expect(chiSquareDeviation([...counts.values()], new Array<number>(6).fill(runs / 6))).toBeLessThan(4)
  })

  it('depends on the key', () => {
    const order = (seed: number): string => dataSync(permutation(key(seed), 20)).join()
    expect(order(1)).toBe(order(1))
    expect(order(1)).not.toBe(order(2))
  })

  it('refuses sizes that are not whole', () => {
    expect(() => permutation(key(0), 2.5)).toThrow('permutation: [2.5] is no shape')
  })
})
