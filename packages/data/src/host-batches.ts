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
}

/** Some images of a dataset, normalised, in host memory. */
export interface HostBatch {
  /** Pixels, `[B, C, H, W]`. */
  readonly images: { readonly dtype: 'f32'; readonly shape: readonly number[]; readonly data: Float32Array }
  /** Class indices, `[B]`. */
  readonly labels: { readonly dtype: 'i32'; readonly shape: readonly number[]; readonly data: Int32Array }
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
  const { batchSize, seed, epoch = 0, startBatch = 0, stats } = options
  const total = batchCount(dataset.length, options)
  if (!Number.isInteger(startBatch) || startBatch < 0 || startBatch > total) {
    throw new RangeError(`batches: startBatch is ${startBatch}, must be a whole number from 0 to ${total}`)
  }
  const order =
    seed === undefined
      ? Int32Array.from({ length: dataset.length }, (_, index) => index)
      : epochPermutation(dataset.length, seed, epoch)
  const table = pixelTable(dataset.channels, stats)
  return {
    length: total - startBatch,
    *[Symbol.iterator]() {
      for (let batch = startBatch; batch < total; batch++) {
        yield makeBatch(dataset, order.slice(batch * batchSize, (batch + 1) * batchSize), table)
      }
    },
  }
}

function makeBatch(dataset: ImageDataset, indices: Int32Array, table: Float32Array): HostBatch {
  const { channels, height, width } = dataset
  const count = indices.length
  const size = imageSize(dataset)
  const images = new Float32Array(count * size)
  for (const [position, index] of indices.entries())
    writeImage(dataset, index, table, images, position * size)
  return {
    images: { dtype: 'f32', shape: [count, channels, height, width], data: images },
    labels: {
      dtype: 'i32',
      shape: [count],
      data: Int32Array.from(indices, (index) => dataset.labels[index] ?? 0),
    },
    indices,
  }
}
