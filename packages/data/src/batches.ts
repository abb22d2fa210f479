import { fromOwned, type Tensor } from '@samkit/core'
import type { ImageDataset } from './dataset.ts'
import { type Batches, type BatchOptions, hostBatches } from './host-batches.ts'

/** Some images of a dataset, normalised, as tensors. */
export interface Batch {
  /** Pixels, f32 `[B, C, H, W]`. */
  readonly images: Tensor
  /** Class indices, i32 `[B]`. */
  readonly labels: Tensor
  /** Where each image is in the dataset, `[B]`. */
  readonly indices: Int32Array
}

/**
 * One epoch of `dataset` in batches of tensors. Every image comes once; with a seed, in an order that depends
 * on nothing but the seed, the epoch and the number of images.
 *
 * @throws RangeError at once where an option is out of its range.
 *
 * @example
 * const stats = channelStats(train)
 * for (const { images, labels } of batches(train, { batchSize: 64, seed: 1, epoch, stats })) …
 */
export function batches(dataset: ImageDataset, options: BatchOptions): Batches<Batch> {
  const source = hostBatches(dataset, options)
  return {
    length: source.length,
    *[Symbol.iterator]() {
      for (const { images, labels, indices } of source) {
        yield {
          images: fromOwned(images.data, images.shape),
          labels: fromOwned(labels.data, labels.shape),
          indices,
        }
      }
    },
  }
}
