import { type Augmentation, type Example, mixes } from './augment/augmentation.ts'
import { augmented } from './augment/augmented.ts'
import { type ImageDataset, imageSize } from './dataset.ts'
import { type ChannelStats, pixelTable, writeImage } from './normalize.ts'
import { epochPermutation } from './permutation.ts'
import type { Seed } from './random.ts'

/** How an epoch is cut into batches. */
export interface BatchOptions {
  /** Images a batch; the last batch of an epoch has what remains. */
  readonly batchSize: number
  /** Shuffles by this seed and `epoch`. Without it, images come in the dataset's order. */
  readonly seed?: Seed | undefined
  /** Which epoch this is, from 0: each has its own order. Default 0. */
  readonly epoch?: number
  /** Leave out the last batch where it would be smaller than the others. Default false. */
  readonly dropLast?: boolean
  /** Batches to leave out at the beginning: those done already when a run goes on in mid-epoch. Default 0. */
  readonly startBatch?: number
  /** Normalises each channel by its mean and deviation. Without it, pixels run from 0 to 1. */
  readonly stats?: ChannelStats | undefined
  /**
   * What is done to each image, for training; needs `seed`. An image's random numbers depend on the seed, the epoch and
   * its index in the dataset alone, so it comes out the same in batches of any size and in a run that goes on.
   */
  readonly augment?: Augmentation | undefined
}

/** Some images of a dataset, normalised, in host memory. */
export interface HostBatch {
  /** Pixels, `[B, C, H, W]`. */
  readonly images: { readonly dtype: 'f32'; readonly shape: readonly number[]; readonly data: Float32Array }
  /** Class indices, `[B]`: what each image was before any mixing. */
  readonly labels: { readonly dtype: 'i32'; readonly shape: readonly number[]; readonly data: Int32Array }
  /** What a loss compares with: the labels; where `augment` mixes images, the probability of each class, `[B, K]`. */
  readonly targets:
    | HostBatch['labels']
    | { readonly dtype: 'f32'; readonly shape: readonly number[]; readonly data: Float32Array }
  /** Where each image is in the dataset, `[B]`. */
  readonly indices: Int32Array
}

/** The batches of one epoch, each made when it is asked for. Can be gone through again, from the beginning. */
export interface Batches<Batch> extends Iterable<Batch> {
  /** How many there are, those before `startBatch` left out. */
  readonly length: number
}

/**
 * The number of batches in an epoch of `length` images.
 *
 * @throws RangeError where `batchSize` is not a whole number from 1, or there would be no batch at all.
 */
export function batchCount(length: number, options: Pick<BatchOptions, 'batchSize' | 'dropLast'>): number {
  const { batchSize, dropLast = false } = options
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batches: batchSize is ${batchSize}, must be a whole number from 1`)
  }
  if (length === 0) throw new RangeError('batches: there are no images')
  if (dropLast && length < batchSize) {
    throw new RangeError(
      `batches: dropLast leaves nothing of ${length} images in batches of ${batchSize}; use a smaller batchSize`,
    )
  }
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize)
}

/**
 * One epoch of `dataset` in batches of plain typed arrays. Every image comes once; with a seed, in an order
 * that depends on nothing but the seed, the epoch and the number of images.
 *
 * @throws RangeError at once where an option is out of its range.
 */
export function hostBatches(dataset: ImageDataset, options: BatchOptions): Batches<HostBatch> {
  const { batchSize, seed, epoch = 0, startBatch = 0, stats, augment } = options
  const total = batchCount(dataset.length, options)
  if (!Number.isInteger(startBatch) || startBatch < 0 || startBatch > total) {
    throw new RangeError(`batches: startBatch is ${startBatch}, must be a whole number from 0 to ${total}`)
  }
  const order =
    seed === undefined
      ? Int32Array.from({ length: dataset.length }, (_, index) => index)
      : epochPermutation(dataset.length, seed, epoch)
  const table = pixelTable(dataset.channels, stats)
  const make = batchMaker(dataset, table, augment, seed, epoch)
  return {
    length: total - startBatch,
    *[Symbol.iterator]() {
      for (let batch = startBatch; batch < total; batch++) {
        yield make(order.slice(batch * batchSize, (batch + 1) * batchSize))
      }
    },
  }
}

/** What makes the batch of some indices. */
function batchMaker(
  dataset: ImageDataset,
  table: Float32Array,
  augment: Augmentation | undefined,
  seed: Seed | undefined,
  epoch: number,
): (indices: Int32Array) => HostBatch {
  if (augment === undefined) return (indices) => plainBatch(dataset, indices, table)
  if (seed === undefined) throw new RangeError('batches: augment needs a seed')
  const example = augmented(dataset, augment, { seed, epoch, table })
  const mixed = mixes(augment)
  return (indices) => augmentedBatch(dataset, indices, example, mixed)
}

function plainBatch(dataset: ImageDataset, indices: Int32Array, table: Float32Array): HostBatch {
  const size = imageSize(dataset)
  const images = new Float32Array(indices.length * size)
  for (const [position, index] of indices.entries())
    writeImage(dataset, index, table, images, position * size)
  const labels = labelsOf(dataset, indices)
  return { images: imagesOf(dataset, images), labels, targets: labels, indices }
}

function augmentedBatch(
  dataset: ImageDataset,
  indices: Int32Array,
  example: (index: number) => Example,
  mixed: boolean,
): HostBatch {
  const size = imageSize(dataset)
  const count = indices.length
  const classes = dataset.classNames.length
  const images = new Float32Array(count * size)
  const probabilities = new Float32Array(count * classes)
  for (const [position, index] of indices.entries()) {
    const { pixels, target } = example(index)
    images.set(pixels, position * size)
    probabilities.set(target, position * classes)
  }
  const labels = labelsOf(dataset, indices)
  const targets = mixed ? ({ dtype: 'f32', shape: [count, classes], data: probabilities } as const) : labels
  return { images: imagesOf(dataset, images), labels, targets, indices }
}

function imagesOf({ channels, height, width }: ImageDataset, data: Float32Array): HostBatch['images'] {
  return { dtype: 'f32', shape: [data.length / (channels * height * width), channels, height, width], data }
}

function labelsOf(dataset: ImageDataset, indices: Int32Array): HostBatch['labels'] {
  const data = Int32Array.from(indices, (index) => dataset.labels[index] ?? 0)
  return { dtype: 'i32', shape: [indices.length], data }
}
