import { gradcheck, type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossEntropy } from './cross-entropy.ts'

const classes = (...labels: number[]): Tensor => tensor(labels, { dtype: 'i32' })

describe('crossEntropy', () => {
  it('is -log softmax at the target, averaged', async () => {
    const row = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1 }),
        async (rows) => {
          const logits = tensor(
            rows.map(([values]) => values),
            { dtype: 'f64' },
          )
          const expected = rows.map(([values, label]) => {
            const total = values.reduce((sum, v) => sum + Math.exp(v), 0)
            return Math.log(total) - (values[label] ?? 0)
          })
          const mean = expected.reduce((a, b) => a + b, 0) / expected.length
          const loss = crossEntropy(logits, classes(...rows.map(([, label]) => label)))
          expect(await loss.item()).toBeCloseTo(mean, 10)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('has the right gradients to second order where batch and classes are equally many', async () => {
    const logits = tensor([
      [0.1, 0.5, -0.3],
      [1.2, -0.7, 0.4],
      [0.3, 0.2, 0.1],
    ])
    await gradcheck((x) => crossEntropy(x, classes(2, 0, 1)), [logits])
  })

  it('is exact for logits of a thousand', async () => {
    const logits = tensor([
      [1000, 0],
      [-1000, 1000],
    ])
    expect(await crossEntropy(logits, classes(0, 0), { reduction: 'none' }).array()).toEqual([0, 2000])
  })

  it('gives one loss per example, or their sum, when asked', async () => {
    const logits = tensor([
      [0, 0],
      [0, 0],
    ])
    expect(await crossEntropy(logits, classes(0, 1), { reduction: 'none' }).shape).toEqual([2])
    expect(await crossEntropy(logits, classes(0, 1), { reduction: 'sum' }).item()).toBeCloseTo(
      2 * Math.log(2),
      6,
    )
  })

  it('refuses targets that do not fit, before anything runs', () => {
    expect(() => crossEntropy(tensor([[1, 2]]), tensor([0]))).toThrow(
      'needs logits [N, C] and i32 targets [N]',
    )
    expect(() => crossEntropy(tensor([[1, 2]]), classes(0, 1))).toThrow('got [1, 2] and i32 [2]')
  })

  it('refuses a target that is no class when it runs', async () => {
    await expect(crossEntropy(tensor([[1, 2]]), classes(2)).item()).rejects.toThrow('index 2 is out of range')
  })
})
