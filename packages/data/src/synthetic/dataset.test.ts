import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ImageDataset, take } from '../dataset.ts'
import { channelStats, normalize } from '../normalize.ts'
import { type SyntheticShapesOptions, syntheticImages, syntheticShapes } from './dataset.ts'

const options = fc.record({
  count: fc.nat(20),
  size: fc.integer({ min: 8, max: 20 }),
  channels: fc.integer({ min: 1, max: 3 }),
  classes: fc.integer({ min: 2, max: 10 }),
  noise: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.maxSafeNat(),
  split: fc.constantFrom('train' as const, 'test' as const),
})

const sha256 = (data: ImageDataset) => createHash('sha256').update(data.images).digest('hex')

describe('syntheticShapes', () => {
  it('depends on its options alone, and more images change none of the first', () => {
    fc.assert(
      fc.property(options, fc.nat(10), (o, more) => {
        const data = syntheticShapes(o)
        expect(sha256(take(syntheticShapes({ ...o, count: o.count + more }), o.count))).toBe(sha256(data))
        expect(data.images.length).toBe(o.count * o.channels * o.size ** 2)
      }),
      { numRuns: 30 },
    )
  })

  it('draws these very pixels on every machine', () => {
    expect(sha256(syntheticShapes({ count: 80, classes: 10 }))).toBe(
      '2986ee6584c856951a5d032bbcb255426bdcfbf7b1178035f202b65604ea85cb',
    )
    expect(
      sha256(syntheticShapes({ count: 30, classes: 10, channels: 3, size: 24, seed: 7, split: 'test' })),
    ).toBe('76605efc273e766d1469803c64d270f1d3bff4aa05d86defcd6e2a6dd28dc053')
  })

  it('shows each class in turn', () => {
    const data = syntheticShapes({ count: 7, classes: 3 })
    expect([...data.labels]).toEqual([0, 1, 2, 0, 1, 2, 0])
    expect(data.classNames).toEqual(['disc', 'ring', 'square'])
  })

  it('never draws the same image twice, and another image for another seed or split', () => {
    const image = (data: ImageDataset, i: number) => data.images.subarray(i * 256, (i + 1) * 256).join()
    const sets = [{}, { seed: 1 }, { split: 'test' as const }].map((o) =>
      syntheticShapes({ count: 200, noise: 0, ...o }),
    )
    const images = sets.flatMap((data) => Array.from(data.labels, (_, i) => image(data, i)))
    expect(new Set(images).size).toBe(600)
  })

  it('draws shapes brighter and darker than what is behind them', () => {
    const data = syntheticShapes({ count: 200, classes: 2, noise: 0 })
    const brighter = Array.from(data.labels, (_, i) => {
      const pixels = data.images.subarray(i * 256, (i + 1) * 256)
      const mean = pixels.reduce((a, b) => a + b) / 256
      // Shapes fill less than half of the image, so the background is on the median's side of the mean.
      return (pixels.toSorted()[128] ?? 0) < mean
    }).filter(Boolean).length
    expect(brighter).toBeGreaterThan(60)
    expect(brighter).toBeLessThan(140)
  })

  it.each<[Partial<SyntheticShapesOptions>, string]>([
    [{ count: -1 }, 'count is -1'],
    [{ count: 1e9 }, '[1000000000, 1, 16, 16] takes more than 2 GiB'],
    [{ size: 7 }, 'size is 7, must be a whole number from 8 to 256'],
    [{ channels: 0 }, 'channels is 0'],
    [{ classes: 11 }, 'classes is 11, must be a whole number from 2 to 10'],
    [{ noise: -0.1 }, 'noise is -0.1, must be from 0 to 1'],
    [{ noise: Number.NaN }, 'noise is NaN'],
    [{ seed: -1 }, 'seed: -1'],
  ])('refuses %j', (o, message) => {
    expect(() => syntheticShapes({ count: 1, ...o })).toThrow(message)
  })
})

describe('syntheticImages', () => {
  it('gives a training and a test set of the sizes asked for, without an image in common', () => {
    const { train, test } = syntheticImages({ train: 30, test: 20, size: 12, channels: 3, seed: 5 })
    expect([train.length, test.length, train.channels, test.height]).toEqual([30, 20, 3, 12])
    expect(sha256(take(train, 20))).not.toBe(sha256(test))
  })

  it('is too hard for a linear classifier: below 40 % of 8 classes', () => {
    const { train, test } = syntheticImages({ train: 2000, test: 500 })
    const stats = channelStats(train)
    const classifier = softmaxRegression(train, normalize(train, stats), 10)
    const pixels = normalize(test, stats)
    const right = test.labels.filter(
      (label, i) => classifier(pixels.subarray(i * 256, (i + 1) * 256)) === label,
    )
    const accuracy = right.length / test.length
    expect(accuracy).toBeLessThan(0.4)
  })
})

/** A softmax regression by stochastic gradient descent: the class index it gives to an image's pixels. */
function softmaxRegression({ labels, classNames }: ImageDataset, pixels: Float32Array, epochs: number) {
  const size = pixels.length / labels.length
  const weights = classNames.map(() => new Float64Array(size + 1))
  const scores = (x: Float32Array) =>
    weights.map((w) => x.reduce((sum, value, i) => sum + value * w[i]!, w[size]!))
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const [n, label] of labels.entries()) {
      const x = pixels.subarray(n * size, (n + 1) * size)
      const logits = scores(x)
      const exps = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
      const total = exps.reduce((a, b) => a + b)
      for (const [k, w] of weights.entries()) {
        const error = (exps[k]! / total - (k === label ? 1 : 0)) * 0.002
        for (let i = 0; i < size; i++) w[i]! -= error * x[i]!
        w[size]! -= error
      }
    }
  }
  return (x: Float32Array) => {
    const logits = scores(x)
    return logits.indexOf(Math.max(...logits))
  }
}
