import { expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { exp2, log2, reciprocal, rsqrt, square } from './powers.ts'
import { f64, flatOf, i32 } from './values.testing.ts'

it('powers agree with their formulas', async () => {
  const xs = [0.25, 1, 2, 10]
  const close = async (t: Parameters<typeof flatOf>[0], f: (x: number) => number): Promise<void> => {
    for (const [i, y] of (await flatOf(t)).entries()) expect(y).toBeCloseTo(f(xs[i] ?? 0), 12)
  }
  await close(square(f64(xs)), (x) => x * x)
  await close(reciprocal(f64(xs)), (x) => 1 / x)
  await close(rsqrt(f64(xs)), (x) => 1 / Math.sqrt(x))
  await close(log2(f64(xs)), Math.log2)
  await close(exp2(f64(xs)), (x) => 2 ** x)
})

it('squares of integers stay integers, their reciprocals become f32', () => {
  expect(square(i32([3])).dtype).toBe('i32')
  expect(reciprocal(i32([3])).dtype).toBe('f32')
})

it('reciprocal and rsqrt are infinite at 0', async () => {
  expect(await flatOf(reciprocal(f64([0, -0])))).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
  expect(await flatOf(rsqrt(f64([0])))).toEqual([Number.POSITIVE_INFINITY])
})

it.each([
  ['square', square],
  ['reciprocal', reciprocal],
  ['rsqrt', rsqrt],
  ['log2', log2],
  ['exp2', exp2],
] as const)('%s has the derivatives that differences show, to second order', async (_, f) => {
  await gradcheck(f, [f64([0.7, 1, 1.9])])
})
