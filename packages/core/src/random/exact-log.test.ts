import { describe, expect, it } from 'vitest'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { negLog, negLog1m } from './exact-log.ts'

/** The largest relative error of `f` at 300 numbers from `least` to `most`, evenly spaced in their logarithms. */
function worst(
  [least, most]: readonly [number, number],
  dtype: 'f32' | 'f64',
  f: (x: Tensor) => Tensor,
  truth: (x: number) => number,
): number {
  const values = Array.from({ length: 300 }, (_, i) => least * (most / least) ** (i / 299))
  const x = dtype === 'f32' ? Float32Array.from(values) : Float64Array.from(values)
  const y = dataSync(f(fromOwned(x, [300])))
  return Math.max(...Array.from(x, (v, i) => Math.abs((y[i] ?? 0) / truth(v) - 1)))
}

describe('negLog', () => {
  it('is the logarithm to 6 digits in f32, to 15 in f64', () => {
    for (const least of [2 ** -2, 2 ** -33, 2 ** -100]) {
      const run = (dtype: 'f32' | 'f64'): number =>
        worst(
          [least, 0.5],
          dtype,
          (x) => negLog(x, least),
          (x) => -Math.log(x),
        )
      expect(run('f32')).toBeLessThan(1e-5)
      expect(run('f64')).toBeLessThan(2e-14)
    }
  })

  it('reaches above 1, where it is negative', () => {
    expect(
      worst(
        [2, 38],
        'f64',
        (x) => negLog(x, 2 ** -54),
        (x) => -Math.log(x),
      ),
    ).toBeLessThan(1e-13)
  })
})

describe('negLog1m', () => {
  it('keeps all digits of tiny numbers', () => {
    const run = (dtype: 'f32' | 'f64'): number =>
      worst([2 ** -54, 0.5], dtype, negLog1m, (x) => -Math.log1p(-x))
    expect(run('f32')).toBeLessThan(4e-7)
    expect(run('f64')).toBeLessThan(1e-15)
  })
})
