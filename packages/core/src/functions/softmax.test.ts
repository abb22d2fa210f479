import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad } from '../autodiff/grad.ts'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { jvp } from '../autodiff/products.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { tensor } from '../tensor/create.ts'
import { zeros } from '../tensor/fill.ts'
import { logSoftmax, logSumExp, softmax } from './softmax.ts'
import { f64, flatOf, i32, slopesOf, valuesOf } from './values.testing.ts'

const inf = Number.POSITIVE_INFINITY
const logits = fc.array(fc.double({ min: -800, max: 800, noNaN: true }), { minLength: 1, maxLength: 8 })
const x = f64([
  [0.3, -1, 2],
  [1.5, 0, -0.7],
])

describe('softmax', () => {
  it('is positive, sums to 1 and is the same for shifted logits', async () => {
    await fc.assert(
      fc.asyncProperty(logits, fc.double({ min: -500, max: 500, noNaN: true }), async (row, shift) => {
        const p = await flatOf(softmax(f64(row)))
        const q = await flatOf(softmax(f64(row.map((v) => v + shift))))
        expect(p.every((v) => v >= 0)).toBe(true)
        expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
        for (const [i, v] of p.entries()) expect(q[i]).toBeCloseTo(v, 10)
      }),
      { numRuns: 40 },
    )
  })

  it('runs along one axis or several', async () => {
    const [first = Number.NaN] = await flatOf(softmax(x, { axis: 0 }))
    expect(first).toBeCloseTo(1 / (1 + Math.exp(1.2)), 14)
    expect(await valuesOf(sum(softmax(x, { axis: [0, 1] })))).toBeCloseTo(1, 14)
    expect(softmax(i32([1, 2])).dtype).toBe('f32')
  })

  it('in f32 takes logits of ±1000', async () => {
    expect(await flatOf(softmax(tensor([1000, 1000, -1000])))).toEqual([0.5, 0.5, 0])
    expect(await flatOf(logSoftmax(tensor([1000, -1000])))).toEqual([0, -2000])
    expect(await slopesOf((t) => mul(softmax(t), tensor([1, 2, 3])), tensor([1000, 1000, -1000]))).toEqual([
      -0.25, 0.25, 0,
    ])
  })

  it('masks -∞ out, and passes it no gradient', async () => {
    const masked = f64([1, -inf, 1])
    expect(await flatOf(softmax(masked))).toEqual([0.5, 0, 0.5])
    expect(await slopesOf((t) => mul(softmax(t), f64([1, 5, 3])), masked)).toEqual([-0.5, 0, 0.5])
  })

  it('of a row with everything masked is 0, with gradient 0', async () => {
    const masked = f64([
      [-inf, -inf],
      [0, 0],
    ])
    expect(await valuesOf(softmax(masked))).toEqual([
      [0, 0],
      [0.5, 0.5],
    ])
    expect(await slopesOf((t) => mul(softmax(t), f64([1, 2])), masked)).toEqual([0, 0, -0.25, 0.25])
    const { tangent } = jvp(
      (t) => softmax(t),
      masked,
      f64([
        [1, 2],
        [1, 2],
      ]),
    )
    expect(await flatOf(tangent)).toEqual([0, 0, -0.25, 0.25])
  })

  it('shows an overflow further up as NaN', async () => {
    expect(await flatOf(softmax(f64([inf, 1])))).toEqual([Number.NaN, 0])
    expect(await slopesOf(logSumExp, f64([inf, 1]))).toEqual([Number.NaN, 0])
    expect(await flatOf(logSoftmax(f64([Number.NaN, 1])))).toEqual([Number.NaN, Number.NaN])
  })
})

describe('logSumExp', () => {
  it('agrees with the formula, and does not overflow', async () => {
    const naive = (row: readonly number[]): number => Math.log(row.reduce((a, v) => a + Math.exp(v), 0))
    expect(await flatOf(logSumExp(x))).toEqual([
      expect.closeTo(naive([0.3, -1, 2]), 14),
      expect.closeTo(naive([1.5, 0, -0.7]), 14),
    ])
    expect(await flatOf(logSumExp(tensor([1000, 1000])))).toEqual([Math.fround(1000 + Math.LN2)])
    expect(logSumExp(x, { axis: 0, keepDims: true }).shape).toEqual([1, 3])
    expect(logSumExp(x, { axis: [0, 1] }).shape).toEqual([])
  })

  it('of nothing but -∞, or of nothing, is -∞ with gradient 0', async () => {
    expect(await flatOf(logSumExp(f64([-inf, -inf])))).toEqual([-inf])
    expect(await slopesOf((t) => logSumExp(t), f64([-inf, -inf]))).toEqual([0, 0])
    expect(await flatOf(logSumExp(zeros([2, 0])))).toEqual([-inf, -inf])
    expect(softmax(zeros([2, 0])).shape).toEqual([2, 0])
  })

  it('of a row with +∞ is +∞', async () => {
    expect(await flatOf(logSumExp(f64([inf, 1])))).toEqual([inf])
  })

  it('has the softmax as its gradient', async () => {
    const p = await flatOf(softmax(x))
    for (const [i, g] of (await slopesOf((t) => logSumExp(t), x)).entries())
      expect(g).toBeCloseTo(p[i] ?? 0, 14)
  })
})

it.each([
  ['softmax', softmax],
  ['logSoftmax', logSoftmax],
  ['logSumExp', logSumExp],
] as const)('%s has the derivatives that differences show, to second order', async (_, f) => {
  await gradcheck((t) => f(t), [x])
  await gradcheck((t) => f(t, { axis: 0 }), [x])
})

it('the gradient of softmax cross-entropy differentiates a third time', async () => {
  const target = f64([0, 1, 0])
  const loss = (t: typeof x): typeof x => sum(mul(logSoftmax(t), mul(target, -1)))
  const second = (t: typeof x): typeof x => {
    const slope = grad(loss)(t)
    return mul(slope, slope)
  }
  await gradcheck(second, [f64([0.2, -0.4, 1])])
})
