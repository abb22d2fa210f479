import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import type { Tensor } from '../graph/tensor.ts'
import { erf } from '../reference/erf.ts'
import { elu, gelu, leakyRelu, logSigmoid, relu, sigmoid, silu, softplus } from './activations.ts'
import { curvaturesOf, f64, flatOf, i32, slopesOf } from './values.testing.ts'

const table: readonly (readonly [string, (x: Tensor) => Tensor, (x: number) => number])[] = [
  ['relu', relu, (x) => Math.max(x, 0)],
  ['leakyRelu', (x) => leakyRelu(x, { negativeSlope: 0.2 }), (x) => (x > 0 ? x : 0.2 * x)],
  ['elu', (x) => elu(x, { alpha: 0.5 }), (x) => (x > 0 ? x : 0.5 * Math.expm1(x))],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  ['logSigmoid', logSigmoid, (x) => -Math.log1p(Math.exp(-x))],
  ['softplus', softplus, (x) => Math.log1p(Math.exp(x))],
  ['silu', silu, (x) => x / (1 + Math.exp(-x))],
  ['gelu', gelu, (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
  [
    'gelu by tanh',
    (x) => gelu(x, { approximate: 'tanh' }),
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
]

describe.each(table)('%s', (_, f, formula) => {
  const xs = [-3, -1.5, -0.3, 0, 0.2, 1, 4]

  it('agrees with its formula', async () => {
    for (const [i, y] of (await flatOf(f(f64(xs)))).entries()) expect(y).toBeCloseTo(formula(xs[i] ?? 0), 12)
  })

  it('has the derivatives that differences show, to second order', async () => {
    await gradcheck(f, [f64([-3, -1.5, -0.3, 0.2, 1, 4])])
  })

  it('keeps NaN and takes integers as f32', async () => {
    expect(await flatOf(f(f64([Number.NaN])))).toEqual([Number.NaN])
    expect(await flatOf(f(i32([2])))).toEqual([expect.closeTo(formula(2), 5)])
  })

  it('and its gradient are finite at ±1000', async () => {
    const far = f64([-1000, 1000])
    expect((await flatOf(f(far))).every(Number.isFinite)).toBe(true)
    expect((await slopesOf(f, far)).every(Number.isFinite)).toBe(true)
    expect((await curvaturesOf(f, far)).every(Number.isFinite)).toBe(true)
  })
})

describe('at 0', () => {
  it('the gradient of relu is 0, of leakyRelu its negative slope, of elu alpha', async () => {
    expect(await slopesOf(relu, f64([0, -0]))).toEqual([0, 0])
    expect(await slopesOf(leakyRelu, f64([0]))).toEqual([0.01])
    expect(await slopesOf((x) => elu(x, { alpha: 0.5 }), f64([0]))).toEqual([0.5])
  })

  it('the derivatives of sigmoid and softplus are right to second order, though they are made of two branches', async () => {
    expect(await slopesOf(sigmoid, f64([0]))).toEqual([0.25])
    expect(await curvaturesOf(sigmoid, f64([0]))).toEqual([0])
    expect(await slopesOf(softplus, f64([0]))).toEqual([0.5])
    expect(await curvaturesOf(softplus, f64([0]))).toEqual([0.25])
  })
})

describe('far out', () => {
  it('sigmoid, softplus and logSigmoid keep their precision in the tails', async () => {
    expect(await flatOf(sigmoid(f64([-40])))).toEqual([expect.closeTo(Math.exp(-40), 25)])
    expect(await flatOf(softplus(f64([-40, 1000])))).toEqual([expect.closeTo(Math.exp(-40), 25), 1000])
    expect(await flatOf(logSigmoid(f64([-1000])))).toEqual([-1000])
  })

  it('sigmoid of ±∞ is 0 and 1, with gradient 0', async () => {
    const ends = f64([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect(await flatOf(sigmoid(ends))).toEqual([0, 1])
    expect((await slopesOf(sigmoid, ends)).map((v) => v + 0)).toEqual([0, 0])
  })
})
