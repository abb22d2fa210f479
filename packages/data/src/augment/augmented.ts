import { type ImageDataset, imageSize } from '../dataset.ts'
import { writeImage } from '../normalize.ts'
import { derivedSeed, purposes, randomStream, type Seed } from '../random.ts'
import type { Augmentation, Example } from './augmentation.ts'

/** Which numbers an augmentation draws, and what pixels become before it. */
export interface AugmentedOptions {
  readonly seed: Seed
  /** Which epoch this is, from 0. */
  readonly epoch: number
  /** What each pixel value becomes, `[C, 256]`: see `pixelTable`. */
  readonly table: Float32Array
}

/**
 * The images of a dataset as they are in one epoch, by index. Each depends on nothing but the dataset, the augmentation,
 * the seed, the epoch and the index: not on the batch it comes in, nor on the images asked for before.
 */
export function augmented(
  dataset: ImageDataset,
  { stages }: Augmentation,
  { seed, epoch, table }: AugmentedOptions,
): (index: number) => Example {
  const { channels, height, width, length, classNames } = dataset
  const ofEpoch = derivedSeed(seed, purposes.augment, epoch)
  const black = Array.from({ length: channels }, (_, channel) => table[channel * 256] ?? 0)

  const original = (index: number): Example => {
    const pixels = new Float32Array(imageSize(dataset))
    writeImage(dataset, index, table, pixels, 0)
    const target = new Float32Array(classNames.length)
    target[dataset.labels[index] ?? 0] = 1
    return { pixels, target }
  }
  const after = (count: number, index: number): Example => {
    let example = original(index)
    for (const [number, stage] of stages.slice(0, count).entries()) {
      const context = {
        channels,
        height,
        width,
        black,
        // A stream for each stage: what one draws changes nothing for the next.
        random: randomStream(ofEpoch, number, index),
        length,
        other: (partner: number): Example => {
          if (!Number.isInteger(partner) || partner < 0 || partner >= length) {
            throw new RangeError(
              `${stage.name}: there is no image ${partner} in ${dataset.name}, of ${length}`,
            )
          }
          return after(number, partner)
        },
      }
      example = checked(stage.apply(example, context), example, stage.name)
    }
    return example
  }
  return (index) => after(stages.length, index)
}

function checked(after: Example, before: Example, name: string): Example {
  for (const what of ['pixels', 'target'] as const) {
    if (after[what].length === before[what].length) continue
    throw new RangeError(
      `${name}: gave ${after[what].length} numbers for ${what}, must keep the ${before[what].length} it was given`,
    )
  }
  return after
}
