import { gradcheck, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectValues } from '../testing/layers.testing.ts'
import { crossEntropy } from './cross-entropy.ts'
import { classes, f64, softmaxOf } from './losses.testing.ts'

const row = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 })
const logits = f64([
  [0.1, 0.5, -0.3],
  [1.2, -0.7, 0.4],
  [0.3, 0.2, 0.1],
])

describe('crossEntropy', () => {
  it('is -log softmax at the target, averaged', async () => {
    const rows = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(rows, async (batch) => {
        const losses = batch.map(([values, label]) => -Math.log(softmaxOf(values)[label]!))
        const mean = losses.reduce((a, b) => a + b, 0) / losses.length
        const loss = crossEntropy(f64(batch.map(([v]) => v)), classes(...batch.map(([, label]) => label)))
        expect(await loss.item()).toBeCloseTo(mean, 10)
      }),
      { numRuns: 30 },
    )
  })

  it('takes a probability per class for target, and smooths labels as PyTorch does', async () => {
    const smoothing = fc.double({ min: 0, max: 1, noNaN: true })
    await fc.assert(
      fc.asyncProperty(row, row, smoothing, async (values, target, labelSmoothing) => {
        const probabilities = softmaxOf(target)
        const expected = softmaxOf(values).reduce((loss, p, c) => {
          const t = (1 - labelSmoothing) * probabilities[c]! + labelSmoothing / 3
          return loss - t * Math.log(p)
        }, 0)
        const loss = crossEntropy(f64([values]), f64([probabilities]), { labelSmoothing })
        expect(await loss.item()).toBeCloseTo(expected, 10)
      }),
      { numRuns: 30 },
    )
  })

  it('smooths class indices as it smooths the same classes given as probabilities', async () => {
    const hot = f64([
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ])
    const options = { labelSmoothing: 0.1, reduction: 'none' } as const
    const expected = [...(await crossEntropy(logits, hot, options).data())]
    await expectValues(crossEntropy(logits, classes(2, 0, 1), options), [3], expected)
  })

  it('has the right gradients to second order where batch and classes are equally many', async () => {
    await gradcheck((x) => crossEntropy(x, classes(2, 0, 1)), [logits])
    await gradcheck((x) => crossEntropy(x, classes(2, 0, 1), { labelSmoothing: 0.2 }), [logits])
    await gradcheck((x, t) => crossEntropy(x, t), [logits, logits])
  })

  it('is exact for logits of a thousand', async () => {
    const large = tensor([
      [1000, 0],
      [-1000, 1000],
    ])
    expect(await crossEntropy(large, classes(0, 0), { reduction: 'none' }).array()).toEqual([0, 2000])
  })

  it('gives one loss per example, or their sum, when asked', async () => {
    const even = tensor([
      [0, 0],
      [0, 0],
    ])
    expect(crossEntropy(even, classes(0, 1), { reduction: 'none' }).shape).toEqual([2])
    const sum = crossEntropy(even, classes(0, 1), { reduction: 'sum' })
    expect(await sum.item()).toBeCloseTo(2 * Math.log(2), 6)
  })

  it('refuses targets that do not fit, before anything runs', () => {
    const one = tensor([[1, 2]])
    expect(() => crossEntropy(one, tensor([0]))).toThrow('needs logits [N, C] and i32 targets [N]')
    expect(() => crossEntropy(one, classes(0, 1))).toThrow('got [1, 2] and i32 [2]')
    expect(() => crossEntropy(one, tensor([[1, 0, 0]]))).toThrow('got [1, 2] and f32 [1, 3]')
    expect(() => crossEntropy(one, classes(0), { labelSmoothing: 2 })).toThrow('must be in [0, 1], got 2')
  })

  it('refuses a target that is no class when it runs', async () => {
    await expect(crossEntropy(tensor([[1, 2]]), classes(2)).item()).rejects.toThrow('index 2 is out of range')
  })
})
