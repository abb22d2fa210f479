import { grad, gradcheck, type Tensor, tensor, zeros } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectValues, numbers, valuesOf } from '../testing/layers.testing.ts'
import { bceWithLogits } from './binary-cross-entropy.ts'
import { crossEntropy } from './cross-entropy.ts'
import { focal, sigmoidFocal } from './focal.ts'
import { huber } from './huber.ts'
import { klDiv } from './kl-div.ts'
import { classes, f64, sigmoidOf, softmaxOf } from './losses.testing.ts'
import { mse } from './mse.ts'
import { type LossFunction, perExample } from './reduction.ts'

const real = fc.double({ min: -8, max: 8, noNaN: true })
const share = fc.double({ min: 0, max: 1, noNaN: true })

/** Checks a loss of single elements against its formula. */
async function followsFormula(
  loss: LossFunction,
  target: fc.Arbitrary<number>,
  formula: (x: number, t: number) => number,
): Promise<void> {
  const pairs = fc.array(fc.tuple(real, target), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(pairs, async (batch) => {
      const [xs, ts] = [f64(batch.map(([x]) => x)), f64(batch.map(([, t]) => t))]
      const expected = batch.map(([x, t]) => formula(x, t))
      const total = expected.reduce((a, b) => a + b, 0)
      await expectValues(loss(xs, ts, { reduction: 'none' }), [batch.length], expected, 9)
      await expectValues(loss(xs, ts, { reduction: 'sum' }), [], [total], 9)
      await expectValues(loss(xs, ts), [], [total / batch.length], 9)
    }),
    { numRuns: 25 },
  )
}

describe('mse', () => {
  it('is the squared difference', () => followsFormula(mse, real, (x, t) => (x - t) ** 2))

  it('has the right gradients', async () => {
    await gradcheck((x, t) => mse(x, t), [numbers(1, [2, 2]), numbers(2, [2, 2])])
  })

  it('refuses shapes that would broadcast', () => {
    expect(() => mse(zeros([3, 1]), zeros([3]))).toThrow(
      'mse: predictions [3, 1] and targets [3] need the same shape',
    )
  })
})

describe('huber', () => {
  it.each([1, 0.3, 20])('with delta %d is a square near 0 and a line beyond', (delta) =>
    followsFormula(
      (x, t, options) => huber(x, t, { ...options, delta }),
      real,
      (x, t) => {
        const d = Math.abs(x - t)
        return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta)
      },
    ),
  )

  it('has the right gradients on both sides', async () => {
    await gradcheck((x) => huber(x, zeros([3], { dtype: 'f64' })), [f64([0.2, -0.9, 3])])
    expect(() => huber(zeros([1]), zeros([1]), { delta: 0 })).toThrow('delta must be above 0, got 0')
  })
})

describe('bceWithLogits', () => {
  it('is the entropy of the logistic function', () =>
    followsFormula(bceWithLogits, share, (x, t) => {
      const p = sigmoidOf(x)
      return -t * Math.log(p) - (1 - t) * Math.log(1 - p)
    }))

  it('weighs positives', () =>
    followsFormula(
      (x, t, options) => bceWithLogits(x, t, { ...options, posWeight: 3 }),
      share,
      (x, t) => -3 * t * Math.log(sigmoidOf(x)) - (1 - t) * Math.log(1 - sigmoidOf(x)),
    ))

  it('is exact for logits of a thousand', async () => {
    const losses = bceWithLogits(tensor([1000, -1000, 1000]), tensor([1, 1, 0]), { reduction: 'none' })
    expect(await valuesOf(losses)).toEqual([0, 1000, 1000])
  })

  it('has the right gradients to second order', async () => {
    await gradcheck((x) => bceWithLogits(x, f64([0, 1, 0.3]), { posWeight: 2 }), [f64([0.5, -1, 2])])
  })
})

describe('klDiv', () => {
  const p = softmaxOf([0.3, -1, 2])
  const q = softmaxOf([1, 0.5, -0.5])
  const divergence = p.reduce((sum, t, i) => sum + t * Math.log(t / q[i]!), 0)
  const logQ = f64([q.map(Math.log), q.map(Math.log)])

  it('summed over classes and averaged over the batch is the divergence', async () => {
    await expectValues(klDiv(logQ, f64([p, p]), { reduction: 'batchMean' }), [], [divergence])
    await expectValues(klDiv(logQ, f64([p, p])), [], [divergence / 3])
    await expectValues(klDiv(logQ, f64([p, p]), { reduction: 'sum' }), [], [2 * divergence])
    const logP = f64([p.map(Math.log), p.map(Math.log)])
    await expectValues(klDiv(logQ, logP, { reduction: 'batchMean', logTarget: true }), [], [divergence])
  })

  it('takes a target of 0 for 0, in value and gradient', async () => {
    const target = f64([0, 1])
    await expectValues(klDiv(f64([-2, -0.1]), target, { reduction: 'none' }), [2], [0, 0.1])
    await expectValues(klDiv(f64([Number.NEGATIVE_INFINITY, -0.1]), target), [], [0.05])
    await gradcheck((x) => klDiv(x, target), [f64([-2, -0.1])])
  })

  it('has the right gradients', async () => {
    await gradcheck((x, t) => klDiv(x, t), [logQ.at(0), f64(p)])
    await gradcheck((x, t) => klDiv(x, t, { logTarget: true }), [logQ.at(0), f64(p.map(Math.log))])
  })
})

describe('focal', () => {
  const logits = numbers(5, [4, 3]).mul(3)
  const labels = [2, 0, 1, 1]

  it('weighs the cross-entropy of each example by α (1 - p)^γ', async () => {
    const xs = await valuesOf(logits)
    const alpha = [0.5, 1, 2]
    for (const gamma of [0, 0.5, 2]) {
      const expected = labels.map((label, n) => {
        const p = softmaxOf(xs.slice(3 * n, 3 * n + 3))[label]!
        return -alpha[label]! * (1 - p) ** gamma * Math.log(p)
      })
      const losses = focal(logits, classes(...labels), { gamma, alpha: f64(alpha), reduction: 'none' })
      await expectValues(losses, [4], expected)
    }
  })

  it('with gamma 0 is cross-entropy', async () => {
    const expected = await crossEntropy(logits, classes(...labels)).item()
    await expectValues(focal(logits, classes(...labels), { gamma: 0 }), [], [expected])
  })

  it('has the right gradients to second order', async () => {
    await gradcheck((x) => focal(x, classes(...labels)), [logits])
  })

  it.each([0, 0.5, 1, 2])('with gamma %d is flat where an example is as good as certain', async (gamma) => {
    const certain = tensor([[1000, 0, 0]])
    expect(await focal(certain, classes(0), { gamma }).item()).toBe(0)
    const slope = grad((x: Tensor) => focal(x, classes(0), { gamma }))(certain)
    expect((await valuesOf(slope)).every((v) => v === 0)).toBe(true)
    const binary = grad((x: Tensor) => sigmoidFocal(x, tensor([1, 0]), { gamma }))(tensor([1000, -1000]))
    expect((await valuesOf(binary)).every((v) => v === 0)).toBe(true)
  })

  it('refuses what does not fit', () => {
    expect(() => focal(zeros([2, 3]), classes(0))).toThrow('got [2, 3] and i32 [1]')
    expect(() => focal(zeros([1, 3]), classes(0), { alpha: zeros([2]) })).toThrow('per class, [3], got [2]')
    expect(() => focal(zeros([1, 3]), classes(0), { gamma: -1 })).toThrow('gamma must be at least 0, got -1')
  })
})

describe('sigmoidFocal', () => {
  const formula = (alpha: number | null, gamma: number) => (x: number, t: number) => {
    const p = sigmoidOf(x)
    const entropy = -t * Math.log(p) - (1 - t) * Math.log(1 - p)
    const missed = 1 - (p * t + (1 - p) * (1 - t))
    return (alpha === null ? 1 : alpha * t + (1 - alpha) * (1 - t)) * missed ** gamma * entropy
  }

  it.each<readonly [number | null, number]>([
    [0.25, 2],
    [null, 1],
    [0.9, 0],
  ])('with alpha %o and gamma %o is torchvision’s formula', (alpha, gamma) =>
    followsFormula(
      (x, t, options) => sigmoidFocal(x, t, { ...options, alpha, gamma }),
      share,
      formula(alpha, gamma),
    ),
  )

  it('has the right gradients to second order', async () => {
    await gradcheck((x) => sigmoidFocal(x, f64([0, 1, 1])), [f64([0.5, -1, 2])])
    expect(() => sigmoidFocal(zeros([1]), zeros([1]), { alpha: 2 })).toThrow(
      'alpha must be in [0, 1] or null',
    )
  })
})

describe('perExample', () => {
  it('gives one loss per example, whose mean is the loss', async () => {
    const [x, t] = [numbers(1, [3, 2, 2]), numbers(2, [3, 2, 2])]
    const loss = perExample(mse)
    const each = loss(x, t, { reduction: 'none' })
    expect(each.shape).toEqual([3])
    await expectValues(each.mean(), [], [(await loss(x, t).item()) as number])
    expect(perExample(crossEntropy)(zeros([4, 2]), classes(0, 0, 0, 0), { reduction: 'none' }).shape).toEqual(
      [4],
    )
  })
})
