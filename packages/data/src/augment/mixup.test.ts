import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imageDataset } from '../dataset.ts'
import { type HostBatch, hostBatches } from '../host-batches.ts'
import { purposes, randomStream } from '../random.ts'
import { type Augmentation, compose } from './augmentation.ts'
import { symmetricBeta } from './beta.ts'
import { mixup } from './mixup.ts'
import { randomFlip } from './random-flip.ts'

const length = 40

/** Images `[1, 1, 2]`, each its own class and its own pair of pixels, which tell how much of each image is in a mixture. */
const data = imageDataset({
  name: 'pairs',
  images: Uint8Array.from({ length: 2 * length }, (_, i) => (i % 2 === 0 ? 0 : 5 * Math.floor(i / 2))),
  labels: Uint8Array.from({ length }, (_, i) => i),
  channels: 1,
  height: 1,
  width: 2,
  classNames: Array.from({ length }, (_, i) => `${i}`),
})

function epochOf(augment: Augmentation, seed: number, epoch = 0): HostBatch {
  const [batch] = hostBatches(data, { batchSize: length, seed, epoch, augment })
  if (batch === undefined) throw new Error('there is one batch')
  return batch
}

/** Of each image of a batch: which classes it has, and how much of each. */
function mixtures({ targets, indices }: HostBatch): Map<number, Map<number, number>> {
  return new Map(
    Array.from(indices, (index, position) => {
      const row = [...targets.data.subarray(position * length, (position + 1) * length)]
      return [index, new Map([...row.entries()].filter(([, share]) => share > 0))]
    }),
  )
}

describe('mixup', () => {
  it('gives probabilities of at most two classes that add up to 1, one of them of the image itself', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.constantFrom(0.01, 0.2, 1, 8), (seed, alpha) => {
        for (const [index, shares] of mixtures(epochOf(mixup({ alpha }), seed))) {
          expect(shares.size).toBeLessThanOrEqual(2)
          if (shares.size === 2) expect(shares.has(index)).toBe(true)
          expect([...shares.values()].reduce((a, b) => a + b)).toBeCloseTo(1, 6)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('mixes the pixels in the proportion of the classes', () => {
    const batch = epochOf(mixup({ alpha: 1 }), 1)
    const found = mixtures(batch)
    for (const [position, index] of batch.indices.entries()) {
      let expected = 0
      for (const [label, share] of found.get(index) ?? []) expected += (share * 5 * label) / 255
      expect(batch.images.data[2 * position]).toBe(0)
      expect(batch.images.data[2 * position + 1]).toBeCloseTo(expected, 6)
    }
  })

  it('mixes images as the stages before leave them', () => {
    const batch = epochOf(compose(randomFlip({ probability: 1 }), mixup()), 2)
    // The first pixel of every image is black: flipped, it is the second one.
    for (const position of batch.indices.keys()) expect(batch.images.data[2 * position + 1]).toBe(0)
    expect(batch.images.data.some((value) => value > 0)).toBe(true)
  })

  it('is one-hot targets and the images themselves at alpha = 0', () => {
    const batch = epochOf(mixup({ alpha: 0 }), 3)
    for (const [index, shares] of mixtures(batch)) expect([...shares]).toEqual([[index, 1]])
    const [plain] = hostBatches(data, { batchSize: length, seed: 3 })
    expect(batch.images).toEqual(plain?.images)
  })

  it('keeps the labels of the images beside the probabilities', () => {
    const { labels, indices } = epochOf(mixup(), 4)
    expect([...labels.data]).toEqual([...indices])
  })

  it.each([-1, Number.NaN, Infinity])('refuses alpha = %d', (alpha) => {
    expect(() => mixup({ alpha })).toThrow(`mixup: alpha is ${alpha}, must be from 0 to 1e6`)
  })
})

describe('symmetricBeta', () => {
  it.each([0.1, 0.4, 1, 3, 50])('has the moments of Beta(%d, %d)', (alpha) => {
    const random = randomStream(9, purposes.augment, 0)
    const count = 20_000
    const values = Array.from({ length: count }, () => symmetricBeta(random, alpha) - 0.5)
    const moment = (k: number): number => values.reduce((sum, v) => sum + v ** k, 0) / count
    // Central moments of Beta(a, a): variance 1 / (4 (2 a + 1)), fourth 3 / (16 (2 a + 1) (2 a + 3)).
    const second = 1 / (4 * (2 * alpha + 1))
    const fourth = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3))
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(second / count))
    expect(Math.abs(moment(2) - second)).toBeLessThan(5 * Math.sqrt((fourth - second ** 2) / count))
    expect(Math.abs(moment(4) / fourth - 1)).toBeLessThan(0.1)
  })

  it('stays from 0 to 1 where the gamma numbers are too small or too large for a double', () => {
    const random = randomStream(9, purposes.augment, 1)
    for (const alpha of [1e-6, 1e-3, 1e6]) {
      for (let i = 0; i < 200; i++) {
        const value = symmetricBeta(random, alpha)
        expect(value >= 0 && value <= 1).toBe(true)
      }
    }
  })
})
