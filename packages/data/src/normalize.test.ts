import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageDataset } from './dataset.ts'
import { channelStats, normalize } from './normalize.ts'

const pixels = fc.uint8Array({ minLength: 12, maxLength: 12 })
const dataset = (images: Uint8Array) =>
  imageDataset({
    name: 'pixels',
    images,
    labels: Uint8Array.of(0, 0),
    channels: 2,
    height: 1,
    width: 3,
    classNames: ['only'],
  })

/** The values of one channel over both images of `[2, 2, 1, 3]`. */
const channelOf = (values: ArrayLike<number>, channel: number) =>
  [0, 1, 2, 6, 7, 8].map((i) => values[i + 3 * channel] ?? Number.NaN)

describe('channelStats', () => {
  it('gives each channel its mean and deviation over all images', () => {
    const stats = channelStats(dataset(Uint8Array.of(0, 0, 0, 5, 5, 5, 255, 255, 255, 5, 5, 5)))
    expect(stats).toEqual({ mean: [0.5, 5 / 255], std: [0.5, 1] })
  })

  it('refuses a dataset without images', () => {
    const empty = {
      ...dataset(new Uint8Array(12)),
      images: new Uint8Array(),
      labels: new Uint8Array(),
      length: 0,
    }
    expect(() => channelStats(empty)).toThrow('channelStats: pixels has no images')
  })
})

describe('normalize', () => {
  it('gives each channel of the training set mean 0, and deviation 1 unless it is constant', () => {
    fc.assert(
      fc.property(pixels, (images) => {
        const data = dataset(images)
        const out = normalize(data, channelStats(data))
        for (const channel of [0, 1]) {
          const values = channelOf(out, channel)
          const mean = values.reduce((a, b) => a + b) / 6
          const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 6
          const constant = new Set(channelOf(images, channel)).size === 1
          expect(mean).toBeCloseTo(0, 4)
          expect(variance).toBeCloseTo(constant ? 0 : 1, 4)
        }
      }),
    )
  })

  it('keeps pixels between 0 and 1 without statistics', () => {
    const out = normalize(dataset(Uint8Array.of(0, 51, 255, 0, 0, 0, 0, 0, 0, 0, 0, 255)))
    expect([...out]).toEqual([0, Math.fround(0.2), 1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  })

  it.each([
    [{ mean: [0], std: [1] }, '1 means and 1 deviations for images of 2 channels'],
    [{ mean: [0, 0], std: [1, 0] }, 'std is 0, must be positive and finite'],
    [{ mean: [0, 0], std: [Number.NaN, 1] }, 'std is NaN'],
    [{ mean: [Number.POSITIVE_INFINITY, 0], std: [1, 1] }, 'mean is Infinity'],
  ])('refuses the statistics %j', (stats, message) => {
    expect(() => normalize(dataset(new Uint8Array(12)), stats)).toThrow(message)
  })
})
