import { describe, expect, it } from 'vitest'
import { fromOwned } from '../graph/leaf.ts'
import type { Node, Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { key } from './key.ts'
import { normal } from './normal.ts'
import { normalMass } from './normal-mass.ts'
import { normalQuantile } from './normal-quantile.ts'
import { kolmogorovSmirnov, moments, normalTail, normalTailInverse } from './statistics.testing.ts'
import { truncatedNormal } from './truncated-normal.ts'

/** The names of all primitives that `t` is computed with. */
function primitivesOf(t: Tensor): Set<string> {
  const seen = new Set<Node>()
  const visit = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    node.inputs.forEach(visit)
  }
  visit(t.node)
  return new Set([...seen].map((node) => node.primitive.name))
}

describe('normalQuantile', () => {
  it('is within 1e-6 of the true quantile in f32, over all that normal() draws', () => {
    const p = Float32Array.from({ length: 250 }, (_, i) => 2 ** (-1.001 - (i * 31.999) / 249))
    const z = dataSync(normalQuantile(fromOwned(p, [250]), 2 ** -33))
    const errors = Array.from(p, (tail, i) => Math.abs((z[i] ?? 0) / normalTailInverse(tail) - 1))
    expect(Math.max(...errors)).toBeLessThan(1e-6)
  })

  it('is within 1e-14 of the true quantile in f64', () => {
    // Worked out in 60 digits from the series of the distribution function.
    const known = [
      [0.75 * 2 ** -1, 0.31863936396437514],
      [0.75 * 2 ** -2, 0.8871465590188761],
      [0.75 * 2 ** -3, 1.3180108973035367],
      [0.75 * 2 ** -4, 1.6759397227734438],
      [0.75 * 2 ** -7, 2.5205022171903595],
      [0.75 * 2 ** -10, 3.181559608735369],
      [0.75 * 2 ** -20, 4.820705864597209],
      [0.75 * 2 ** -33, 6.382146325846505],
      [0.75 * 2 ** -53, 8.244009839272803],
    ] as const
    const p = Float64Array.from(known, ([tail]) => tail)
    const z = dataSync(normalQuantile(fromOwned(p, [known.length]), 2 ** -54))
    for (const [i, [, expected]] of known.entries())
      expect(Math.abs((z[i] ?? 0) / expected - 1)).toBeLessThan(1e-14)
  })

  it('is 0 at one half', () => {
    expect([...dataSync(normalQuantile(fromOwned(Float32Array.of(0.5), [1]), 2 ** -33))]).toEqual([0])
  })
})

describe('normal', () => {
  it('draws numbers with the distribution, mean and variance of the normal one', () => {
    for (const dtype of ['f32', 'f64'] as const) {
      const values = dataSync(normal(key(4), [30000], { dtype }))
      expect(kolmogorovSmirnov(values, (x) => normalTail(-x))).toBeLessThan(1.95)
      const { mean, variance } = moments(values)
      expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(30000))
      expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 30000))
    }
  })

  it('scales by std and shifts by mean', () => {
    const z = dataSync(normal(key(5), [50], { dtype: 'f64' }))
    const moved = dataSync(normal(key(5), [50], { mean: 7, std: 0.25, dtype: 'f64' }))
    expect([...moved]).toEqual(Array.from(z, (v) => v * 0.25 + 7))
    expect([...dataSync(normal(key(5), [3], { mean: 2, std: 0 }))]).toEqual([2, 2, 2])
  })

  it('is composed of operations that round the same everywhere', () => {
    const exact = ['input', 'constant', 'random', 'cast', 'abs', 'neg', 'add', 'sub', 'mul', 'div', 'sqrt']
    const choices = ['lt', 'le', 'where', 'maximum', 'minimum']
    for (const t of [
      normal(key(0), [2]),
      normal(key(0), [2], { dtype: 'f64' }),
      truncatedNormal(key(0), [2]),
    ]) {
      expect([...primitivesOf(t)].filter((name) => ![...exact, ...choices].includes(name))).toEqual([])
    }
  })

  it('starts a longer draw with the numbers of a shorter one', () => {
    const long = dataSync(normal(key(6), [40]))
    expect(dataSync(normal(key(6), [3, 7]))).toEqual(long.slice(0, 21))
  })

  it('refuses a scale that is no number, and dtypes that are not real', () => {
    expect(() => normal(key(0), [2], { std: -1 })).toThrow('a std of at least 0, got 0 and -1')
    expect(() => normal(key(0), [2], { mean: Number.NaN })).toThrow('normal: needs a finite mean')
    expect(() => normal(key(0), [2, -3])).toThrow('normal: [2, -3] is no shape')
  })
})

describe('normalMass', () => {
  it('is what the distribution function says, also far out', () => {
    expect(normalMass(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toBe(1)
    // Φ(-2), Φ(-1) and Φ(-8), as published to 15 digits.
    expect(normalMass(Number.NEGATIVE_INFINITY, -2)).toBeCloseTo(0.0227501319481792, 15)
    expect(normalMass(-1, 1)).toBeCloseTo(1 - 2 * 0.158655253931457, 14)
    expect(normalMass(8, Number.POSITIVE_INFINITY) / 6.22096057427178e-16).toBeCloseTo(1, 13)
    for (const z of [0.2, 1, 1.49, 1.51, 3, 6])
      expect(normalMass(z, 9) / (normalTail(z) - normalTail(9))).toBeCloseTo(1, 8)
  })
})

describe('truncatedNormal', () => {
  const windows = [
    [-2, 2],
    [-0.1, 0.3],
    [1, 4],
    [-9, -7],
    [Number.NEGATIVE_INFINITY, 0.5],
    [-10, 8],
  ] as const

  it('draws from the normal distribution cut to its window', () => {
    for (const [low, high] of windows) {
      for (const dtype of ['f32', 'f64'] as const) {
        const values = dataSync(truncatedNormal(key(8), [8000], { low, high, dtype }))
        expect(values.every((x) => x >= low && x <= high)).toBe(true)
        const mass = normalMass(low, high)
        expect(kolmogorovSmirnov(values, (x) => normalMass(low, Math.max(x, low)) / mass)).toBeLessThan(1.95)
      }
    }
  })

  it('stays in a window as narrow as rounding errors', () => {
    const [low, high] = [1, 1 + 2 ** -21]
    const values = dataSync(truncatedNormal(key(8), [1000], { low, high }))
    expect(values.every((x) => x >= low && x <= high)).toBe(true)
  })

  it('cuts at two standard deviations unless told otherwise, which leaves 0.88 of one', () => {
    const values = dataSync(truncatedNormal(key(9), [20000], { mean: 10, std: 0.5 }))
    expect(values.every((x) => x >= 9 && x <= 11)).toBe(true)
    const { mean, variance } = moments(values)
    expect(mean).toBeCloseTo(10, 1)
    expect(Math.sqrt(variance) / 0.5).toBeCloseTo(0.8796, 2)
  })

  it('refuses windows that hold nothing or next to nothing', () => {
    expect(() => truncatedNormal(key(0), [2], { low: 2, high: 2 })).toThrow(
      'needs low below high, got 2 and 2',
    )
    expect(() => truncatedNormal(key(0), [2], { low: 20, high: 21 })).toThrow(
      'less than 2^-80 of all normal numbers',
    )
    expect(() => truncatedNormal(key(0), [2], { low: Number.NaN })).toThrow('got NaN and 2')
  })
})
