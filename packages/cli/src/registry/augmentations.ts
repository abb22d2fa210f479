import { type Augmentation, compose, cutout, mixup, randomCrop, randomFlip } from '@samkit/data'
import { UsageError } from '../errors.ts'
import { lookUp } from './look-up.ts'

/** A way to vary training images that can be named on the command line. */
export interface AugmentationEntry {
  /** One line for `--help`. */
  readonly summary: string
  /** Makes it for images of that many pixels to their shorter side. */
  create(side: number): Augmentation
}

/** What `--augment` accepts. A new one is one entry here. */
export const augmentations: Readonly<Record<string, AugmentationEntry>> = {
  crop: {
    summary: 'shifts the image by up to an eighth of its side (4 pixels of 32)',
    create: (side) => randomCrop({ padding: Math.max(1, Math.round(side / 8)) }),
  },
  flip: { summary: 'mirrors half of the images, at random, left to right', create: () => randomFlip() },
  cutout: {
    summary: 'blackens a square of half the side (16 pixels of 32)',
    create: (side) => cutout({ size: Math.max(1, Math.round(side / 2)) }),
  },
  mixup: { summary: 'mixes each image and its class with those of another', create: () => mixup() },
}

/**
 * The names in a list such as `crop,flip`.
 *
 * @throws UsageError where one is unknown or comes twice.
 */
export function parseAugment(text: string): string[] {
  const names = text.split(',').map((name) => name.trim())
  for (const [i, name] of names.entries()) {
    lookUp('--augment', augmentations, name)
    if (names.indexOf(name) !== i) throw new UsageError(`--augment names ${name} twice`)
  }
  return names
}

/** What is done to training images, in the order of the names; undefined where nothing is. */
export function augmentationOf(names: readonly string[], side: number): Augmentation | undefined {
  if (names.length === 0) return undefined
  return compose(...names.map((name) => lookUp('--augment', augmentations, name).create(side)))
}
