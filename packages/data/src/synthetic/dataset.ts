import { type ImageDataset, type ImageSplits, imageDataset } from '../dataset.ts'
import { purposes, randomStream, type Seed } from '../random.ts'
import { drawShape } from './draw.ts'
import { syntheticShapeTable } from './shapes.ts'

/** What synthetic images look like. The defaults make a set that a small convolutional network can learn. */
export interface SyntheticOptions {
  /** Pixels to a side, 8 to 256. Default 16. */
  readonly size?: number
  /** Colour channels, 1 to 16. Default 1. */
  readonly channels?: number
  /** How many shapes there are to tell apart, 2 to 10. Default 8. */
  readonly classes?: number
  /** Standard deviation of the noise on each pixel, 0 to 1, where black is 0 and white is 1. Default 0.08. */
  readonly noise?: number
  /** Default 0. */
  readonly seed?: Seed
}

/** {@link SyntheticOptions}, how many images, and which of the seed's two independent streams they come from. */
export interface SyntheticShapesOptions extends SyntheticOptions {
  readonly count: number
  /** Default `train`. */
  readonly split?: 'train' | 'test'
}

/** {@link SyntheticOptions} and the sizes of the two sets. */
export interface SyntheticImagesOptions extends SyntheticOptions {
  /** Number of training images. Default 3000. */
  readonly train?: number
  /** Number of test images. Default 1000. */
  readonly test?: number
}

/**
 * Drawn shapes (disc, ring, square, triangle, cross, bars, star, crescent, and up to two more), each at a
 * random place, size, angle, contrast and polarity, over a gradient, with a stray stroke and noise.
 *
 * Image `i` shows class `i % classes` and depends only on the options, the seed, the split and `i`: a larger
 * `count` adds images and changes none. The bytes are the same on every machine.
 *
 * @throws RangeError where an option is out of its range.
 */
export function syntheticShapes(options: SyntheticShapesOptions): ImageDataset {
  const { count, size = 16, channels = 1, classes = 8, noise = 0.08, seed = 0, split = 'train' } = options
  checkInteger('count', count, 0, 2 ** 31 - 1)
  checkInteger('size', size, 8, 256)
  checkInteger('channels', channels, 1, 16)
  checkInteger('classes', classes, 2, syntheticShapeTable.length)
  if (!(noise >= 0 && noise <= 1)) {
    throw new RangeError(`syntheticShapes: noise is ${noise}, must be from 0 to 1`)
  }

  const shapes = syntheticShapeTable.slice(0, classes)
  const pixels = channels * size * size
  if (count * pixels >= 2 ** 31) {
    throw new RangeError(`syntheticShapes: [${count}, ${channels}, ${size}, ${size}] takes more than 2 GiB`)
  }
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  for (const [label, shape] of shapes.entries()) {
    for (let i = label; i < count; i += classes) {
      drawShape(shape, randomStream(seed, purposes[split], i), { size, channels, noise }, images, i * pixels)
      labels[i] = label
    }
  }
  return imageDataset({
    name: `synthetic shapes ${split}`,
    images,
    labels,
    channels,
    height: size,
    width: size,
    classNames: shapes.map((shape) => shape.name),
  })
}

/**
 * A training and a test set of {@link syntheticShapes}, from independent streams of one seed, in the form the
 * file loaders give.
 *
 * @throws RangeError where an option is out of its range.
 */
export function syntheticImages(options: SyntheticImagesOptions = {}): ImageSplits {
  const { train = 3000, test = 1000, ...look } = options
  return {
    train: syntheticShapes({ ...look, count: train, split: 'train' }),
    test: syntheticShapes({ ...look, count: test, split: 'test' }),
  }
}

function checkInteger(name: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(
      `syntheticShapes: ${name} is ${value}, must be a whole number from ${low} to ${high}`,
    )
  }
}
