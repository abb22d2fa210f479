import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tensor } from '../tensor/create.ts'
import { ceil, floorDivide, round, trunc } from './rounding.ts'
import { f64, flatOf, i32, slopesOf } from './values.testing.ts'

const awkward = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, 4503599627370497, -1e-20, 7, -7]

describe('round', () => {
  it('takes halves to the even neighbour', async () => {
    const rounded = await flatOf(round(f64(awkward)))
    expect(rounded.map((v) => v + 0)).toEqual([0, 2, 2, 0, -2, -2, 0, 4503599627370497, 0, 7, -7])
  })

  it('is never more than a half away, for any number', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }),
        async (xs) => {
          for (const [i, r] of (await flatOf(round(f64(xs)))).entries()) {
            expect(Number.isInteger(r)).toBe(true)
            expect(Math.abs(r - (xs[i] ?? 0))).toBeLessThanOrEqual(0.5)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('keeps ±∞ and NaN', async () => {
    const xs = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]
    for (const f of [round, ceil, trunc]) expect(await flatOf(f(f64(xs)))).toEqual(xs)
  })

  it('leaves integers as they are', async () => {
    const x = i32([-3, 0, 2147483647])
    for (const f of [round, ceil, trunc]) {
      expect(f(x).dtype).toBe('i32')
      expect(await flatOf(f(x))).toEqual([-3, 0, 2147483647])
    }
  })
})

describe('ceil and trunc', () => {
  it('agree with Math', async () => {
    const x = f64(awkward)
    expect(await flatOf(ceil(x))).toEqual(awkward.map(Math.ceil))
    expect((await flatOf(trunc(x))).map((v) => v + 0)).toEqual(awkward.map((v) => Math.trunc(v) + 0))
  })
})

describe('floorDivide', () => {
  const anyInt = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

  it('is exact for all 32-bit integers', async () => {
    const pair = fc.tuple(
      anyInt,
      anyInt.filter((b) => b !== 0),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 20 }), async (pairs) => {
        const quotients = await flatOf(floorDivide(i32(pairs.map(([a]) => a)), i32(pairs.map(([, b]) => b))))
        for (const [i, [a, b]] of pairs.entries()) {
          const floored = (BigInt(a) - BigInt(((a % b) + b) % b)) / BigInt(b)
          expect(quotients[i]).toBe(Math.min(2 ** 31 - 1, Number(floored)))
        }
      }),
      { numRuns: 50 },
    )
  })

  it('rounds down, not toward 0, also in floats', async () => {
    expect(await flatOf(floorDivide(i32([7, -7, 7, -7]), i32([2, 2, -2, -2])))).toEqual([3, -4, -4, 3])
    expect(await flatOf(floorDivide(tensor([7, -7]), 2))).toEqual([3, -4])
  })

  it('by 0 is infinite in floats and ends at the range in i32', async () => {
    expect(await flatOf(floorDivide(tensor([1, -1]), 0))).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])
    expect(await flatOf(floorDivide(i32([1, -1, 0]), 0))).toEqual([2147483647, -2147483648, 0])
  })
})

it('the gradient of every rounding is 0, at the jumps too', async () => {
  for (const f of [ceil, round, trunc, (x: Parameters<typeof ceil>[0]) => floorDivide(x, 0.5)]) {
    expect((await slopesOf(f, f64([0, 0.5, 1, -1.5, 2.3]))).map((v) => v + 0)).toEqual([0, 0, 0, 0, 0])
  }
})
