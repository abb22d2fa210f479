/** Labelled images in memory. Loaders and the synthetic sets give them; {@link batches} reads them. */
export interface ImageDataset {
  /** What it is, for people: `MNIST train`. */
  readonly name: string
  /** Pixels, row-major `[N, C, H, W]`, 0 to 255. */
  readonly images: Uint8Array
  /** Class index of each image, `[N]`, below `classNames.length`. */
  readonly labels: Uint8Array
  readonly channels: number
  readonly height: number
  readonly width: number
  /** One name a class; there are as many classes as names. */
  readonly classNames: readonly string[]
  /** Number of images, N. */
  readonly length: number
}

/** A training set and the test set that goes with it. */
export interface ImageSplits {
  readonly train: ImageDataset
  readonly test: ImageDataset
}

/**
 * Labelled images from pixels `[N, C, H, W]` and labels `[N]`; neither is copied.
 *
 * @throws RangeError where the lengths do not fit together or a label has no class name.
 */
export function imageDataset(parts: Omit<ImageDataset, 'length'>): ImageDataset {
  const { name, images, labels, channels, height, width, classNames } = parts
  for (const [what, value] of Object.entries({ channels, height, width })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`imageDataset(${name}): ${what} is ${value}, must be a whole number from 1`)
    }
  }
  const length = labels.length
  const pixels = length * channels * height * width
  if (images.length !== pixels) {
    throw new RangeError(
      `imageDataset(${name}): ${images.length} pixels for ${length} labels; ` +
        `[${length}, ${channels}, ${height}, ${width}] takes ${pixels}`,
    )
  }
  for (const [index, label] of labels.entries()) {
    if (label >= classNames.length) {
      throw new RangeError(
        `imageDataset(${name}): label ${label} of image ${index} has no name among ${classNames.length} classes`,
      )
    }
  }
  return { name, images, labels, channels, height, width, classNames, length }
}

/** Pixels in one image of `dataset`, `C * H * W`. */
export function imageSize(dataset: ImageDataset): number {
  return dataset.channels * dataset.height * dataset.width
}

/**
 * The first `limit` images of `dataset`, or all of them where it has fewer. Shares memory with `dataset`.
 *
 * @throws RangeError where `limit` is not a whole number from 0.
 */
export function take(dataset: ImageDataset, limit: number): ImageDataset {
  if (!Number.isInteger(limit) || limit < 0) {
    throw new RangeError(`take: limit is ${limit}, must be a whole number from 0`)
  }
  const length = Math.min(limit, dataset.length)
  return {
    ...dataset,
    images: dataset.images.subarray(0, length * imageSize(dataset)),
    labels: dataset.labels.subarray(0, length),
    length,
  }
}

/**
 * The images of `dataset` at `indices`, in that order, repeats allowed. Copies.
 *
 * @throws RangeError where an index is not below `dataset.length`.
 */
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const size = imageSize(dataset)
  const length = indices.length
  const images = new Uint8Array(length * size)
  const labels = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const index = indices[i] ?? -1
    const label = dataset.labels[index]
    if (label === undefined) {
      throw new RangeError(
        `subset: index ${index} at position ${i}; ${dataset.name} has ${dataset.length} images`,
      )
    }
    images.set(dataset.images.subarray(index * size, (index + 1) * size), i * size)
    labels[i] = label
  }
  return { ...dataset, images, labels, length }
}
