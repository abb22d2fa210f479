import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countingDataset } from '../dataset.testing.ts'
import { type BatchOptions, type HostBatch, hostBatches } from '../host-batches.ts'
import { type Augmentation, compose } from './augmentation.ts'
import { cutout } from './cutout.ts'
import { mixup } from './mixup.ts'
import { randomCrop } from './random-crop.ts'
import { randomFlip } from './random-flip.ts'

const all = compose(randomCrop({ padding: 2 }), randomFlip(), cutout({ size: 2 }), mixup({ alpha: 0.4 }))
const stats = { mean: [0.3, 0.5], std: [0.2, 0.4] }
const data = countingDataset(23, 2, 5, 4)
const size = 2 * 5 * 4

/** Every image of an epoch with its target, by index in the dataset. */
function byIndex(batches: Iterable<HostBatch>): Map<number, string> {
  const found = new Map<number, string>()
  for (const { images, targets, indices } of batches) {
    const classes = targets.data.length / indices.length
    for (const [position, index] of indices.entries()) {
      const pixels = images.data.subarray(position * size, (position + 1) * size)
      const target = targets.data.subarray(position * classes, (position + 1) * classes)
      found.set(index, `${pixels.join()} ${target.join()}`)
    }
  }
  return found
}

const options = (augment: Augmentation, more: Partial<BatchOptions> = {}): BatchOptions => ({
  batchSize: 4,
  seed: 3,
  stats,
  augment,
  ...more,
})

describe('augmented batches', () => {
  it('are the plain ones for parameters that ask for nothing', () => {
    const nothing = {
      randomCrop: randomCrop({ padding: 0 }),
      randomFlip: randomFlip({ probability: 0 }),
      cutout: cutout({ size: 0 }),
      compose: compose(),
    }
    const plain = [...hostBatches(data, { batchSize: 4, seed: 3, stats })]
    for (const augment of Object.values(nothing)) {
      expect([...hostBatches(data, options(augment))]).toEqual(plain)
    }
  })

  it('hold each image as it would be in a batch of any other size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.maxSafeNat(), fc.nat(50), (batchSize, seed, epoch) => {
        const whole = byIndex(hostBatches(data, options(all, { batchSize: 23, seed, epoch })))
        const cut = byIndex(hostBatches(data, options(all, { batchSize, seed, epoch })))
        expect(cut).toEqual(whole)
        expect(cut.size).toBe(23)
      }),
      { numRuns: 25 },
    )
  })

  it('go on in mid-epoch as if never interrupted', () => {
    const whole = [...hostBatches(data, options(all))]
    for (let startBatch = 0; startBatch <= whole.length; startBatch++) {
      expect([...hostBatches(data, options(all, { startBatch }))]).toEqual(whole.slice(startBatch))
    }
  })

  it('are the same when gone through again, and others in other epochs and for other seeds', () => {
    const batches = hostBatches(data, options(all))
    const once = byIndex(batches)
    expect(byIndex(batches)).toEqual(once)
    for (const more of [{ epoch: 1 }, { seed: 4 }]) {
      const other = byIndex(hostBatches(data, options(all, more)))
      const same = [...once].filter(([index, image]) => other.get(index) === image)
      expect(same.length).toBeLessThan(5)
    }
  })

  it('leave the dataset as it was', () => {
    const before = data.images.slice()
    byIndex(hostBatches(data, options(all)))
    expect(data.images).toEqual(before)
  })

  it('draw for one stage what they draw without the stages before it', () => {
    // A flip that never happens draws numbers of its own stream only; the crop is the second stage both times.
    const crop = randomCrop({ padding: 2 })
    const after = (first: Augmentation) => byIndex(hostBatches(data, options(compose(first, crop))))
    expect(after(randomFlip({ probability: 0 }))).toEqual(after(cutout({ size: 0 })))
  })

  it('have the labels for targets unless images are mixed', () => {
    for (const batch of hostBatches(data, options(compose(randomCrop(), randomFlip())))) {
      expect(batch.targets).toBe(batch.labels)
    }
    for (const { targets, labels } of hostBatches(data, options(all))) {
      expect(targets.dtype).toBe('f32')
      expect(targets.shape).toEqual([labels.data.length, 3])
    }
  })

  it('need a seed', () => {
    expect(() => hostBatches(data, options(all, { seed: undefined }))).toThrow('augment needs a seed')
  })

  it('refuse a stage of the caller that changes the number of pixels or asks for no image', () => {
    const first = (apply: Augmentation['stages'][number]['apply']) => () => [
      ...hostBatches(data, options({ stages: [{ name: 'mine', mixes: false, apply }] })),
    ]
    expect(first((example) => ({ ...example, pixels: new Float32Array(3) }))).toThrow(
      'mine: gave 3 numbers for pixels, must keep the 40 it was given',
    )
    expect(first((_, { other }) => other(23))).toThrow('mine: there is no image 23 in counting, of 23')
  })
})
