import { describe, expect, it } from 'vitest'
import type { Tensor } from '../graph/tensor.ts'
import { expand } from '../ops/broadcast.ts'
import { tensor } from '../tensor/create.ts'
import { zeros } from '../tensor/fill.ts'
import { dataSync } from '../tensor/value.ts'
import { bernoulli } from './bernoulli.ts'
import { categorical } from './categorical.ts'
import { key } from './key.ts'
import { chiSquareDeviation, countsOf, moments } from './statistics.testing.ts'

describe('bernoulli', () => {
  it('is never true at 0 and always at 1', () => {
    for (const [p, expected] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const probabilities = expand(tensor(p), [5000])
      expect(new Set(dataSync(bernoulli(key(1), p, [5000])))).toEqual(new Set([expected]))
      expect(new Set(dataSync(bernoulli(key(1), probabilities)))).toEqual(new Set([expected]))
    }
  })

  it('is true as often as p says, by element where p is a tensor', () => {
    const { mean } = moments(dataSync(bernoulli(key(2), 0.3, [20000])))
    expect(Math.abs(mean - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 20000))
    for (const dtype of ['f32', 'f64'] as const) {
      const p = tensor([[0.1], [0.8]], { dtype })
      const draws = dataSync(bernoulli(key(3), p, [2, 10000]))
      expect(moments(draws.slice(0, 10000)).mean).toBeCloseTo(0.1, 1)
      expect(moments(draws.slice(10000)).mean).toBeCloseTo(0.8, 1)
    }
  })

  it('takes its shape from p when none is given', () => {
    expect(bernoulli(key(0), zeros([2, 3])).shape).toEqual([2, 3])
    expect(bernoulli(key(0), 0.5).shape).toEqual([])
    expect(bernoulli(key(0), 0.5, [0]).dtype).toBe('bool')
  })

  it('refuses what is no probability, and shapes that do not fit', () => {
    for (const p of [-0.1, 1.1, Number.NaN]) {
      expect(() => bernoulli(key(0), p, [2])).toThrow(
        `bernoulli: the probability must be in [0, 1], got ${p}`,
      )
    }
    expect(() => bernoulli(key(0), zeros([2], { dtype: 'i32' }))).toThrow(
      'probabilities must be f32 or f64, got i32',
    )
    expect(() => bernoulli(key(0), zeros([2, 3]), [3])).toThrow(
      'probabilities of shape [2, 3] do not broadcast to [3]',
    )
  })
})

describe('categorical', () => {
  const probabilities = [0.5, 0.25, 0.2, 0.05]
  const logits = (dtype: 'f32' | 'f64'): Tensor =>
    tensor(
      probabilities.map((p) => Math.log(p) + 3),
      { dtype },
    )

  it('draws each category as often as softmax says', () => {
    for (const dtype of ['f32', 'f64'] as const) {
      const counts = countsOf(dataSync(categorical(key(1), expand(logits(dtype), [10000, 4]))), 4)
      expect(
        chiSquareDeviation(
          counts,
          probabilities.map((p) => p * 10000),
        ),
      ).toBeLessThan(4)
    }
  })

  it('draws along the axis it is given', () => {
    const columns = expand(tensor([[0], [Number.NEGATIVE_INFINITY], [0]]), [3, 4000])
    const drawn = categorical(key(2), columns, { axis: 0 })
    expect(drawn.shape).toEqual([4000])
    const [first = 0, never = 0, last = 0] = countsOf(dataSync(drawn), 3)
    expect(never).toBe(0)
    expect(Math.abs(first - last)).toBeLessThan(4 * Math.sqrt(4000))
  })

  it('draws rare categories out of many as often as the common one', () => {
    // 2¹² equal categories together weigh as much as the first: their best Gumbel number must reach far enough out.
    const many = 2 ** 12
    const row = Float32Array.from({ length: many + 1 }, (_, i) => (i === 0 ? Math.log(many) : 0))
    const drawn = dataSync(categorical(key(3), expand(tensor(row), [60, many + 1])))
    expect(Math.abs(drawn.filter((k) => k === 0).length - 30)).toBeLessThan(4 * Math.sqrt(15))
  })

  it('draws nothing from no rows, and refuses rows without categories', () => {
    expect(categorical(key(0), zeros([0, 3])).shape).toEqual([0])
    expect(() => categorical(key(0), zeros([3, 0]))).toThrow(
      'axis 1 of [3, 0] has no categories to draw from',
    )
    expect(() => categorical(key(0), tensor(1))).toThrow(
      'categorical: there is no axis -1: a scalar has no axes',
    )
    expect(() => categorical(key(0), zeros([3], { dtype: 'i32' }))).toThrow(
      'logits must be f32 or f64, got i32',
    )
  })
})
