import { fromOwned, type Tensor } from '@samkit/core'
import type { ImageDataset } from './dataset.ts'
import { type Batches, type BatchOptions, hostBatches } from './host-batches.ts'

/** Some images of a dataset, normalised, as tensors. */
export interface Batch {
  /** Pixels, f32 `[B, C, H, W]`. */
  readonly images: Tensor
  /** Class indices, i32 `[B]`: what each image was before any mixing. */
  readonly labels: Tensor
  /** What a loss compares with: the labels; where `augment` mixes images, class probabilities, f32 `[B, K]`. */
  readonly targets: Tensor
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
 * const augment = compose(randomCrop({ padding: 4 }), randomFlip())
 * for (const { images, targets } of batches(train, { batchSize: 64, seed: 1, epoch, stats, augment })) …
 */
export function batches(dataset: ImageDataset, options: BatchOptions): Batches<Batch> {
  const source = hostBatches(dataset, options)
  return {
    length: source.length,
    *[Symbol.iterator]() {
      for (const { images, labels, targets, indices } of source) {
        const indexed = fromOwned(labels.data, labels.shape)
        yield {
          images: fromOwned(images.data, images.shape),
          labels: indexed,
          targets: targets === labels ? indexed : fromOwned(targets.data, targets.shape),
          indices,
        }
      }
    },
  }
}
