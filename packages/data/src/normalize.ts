import { type ImageDataset, imageSize } from './dataset.ts'

/** Mean and standard deviation of each channel, `[C]`, in units where a pixel runs from 0 to 1. */
export interface ChannelStats {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/**
 * Mean and standard deviation of each channel over all pixels of all images: compute them from the training
 * set, and use them for the test set too. A channel of one single value gets the deviation 1, so that
 * normalising only centres it.
 *
 * @throws RangeError where the dataset has no images.
 */
export function channelStats(dataset: ImageDataset): ChannelStats {
  if (dataset.length === 0) throw new RangeError(`channelStats: ${dataset.name} has no images`)
  const plane = dataset.height * dataset.width
  const size = imageSize(dataset)
  const mean: number[] = []
  const std: number[] = []
  for (let channel = 0; channel < dataset.channels; channel++) {
    // Counting each of the 256 values first keeps the sums exact.
    const histogram = new Float64Array(256)
    for (let image = 0; image < dataset.length; image++) {
      const start = image * size + channel * plane
      for (let i = start; i < start + plane; i++) {
        const value = dataset.images[i] ?? 0
        histogram[value] = (histogram[value] ?? 0) + 1
      }
    }
    const count = dataset.length * plane
    const centre = histogram.reduce((sum, times, value) => sum + times * value, 0) / count
    const variance = histogram.reduce((sum, times, value) => sum + times * (value - centre) ** 2, 0) / count
    mean.push(centre / 255)
    std.push(variance === 0 ? 1 : Math.sqrt(variance) / 255)
  }
  return { mean, std }
}

/**
 * What each pixel value becomes, `[C, 256]`: `(value / 255 - mean) / std` of its channel, or `value / 255`
 * without `stats`.
 *
 * @throws RangeError where there is not one finite mean and one positive finite deviation a channel.
 */
export function pixelTable(channels: number, stats?: ChannelStats): Float32Array {
  const table = new Float32Array(channels * 256)
  if (stats !== undefined) checkStats(channels, stats)
  for (let channel = 0; channel < channels; channel++) {
    const mean = stats?.mean[channel] ?? 0
    const std = stats?.std[channel] ?? 1
    for (let value = 0; value < 256; value++) table[channel * 256 + value] = (value / 255 - mean) / std
  }
  return table
}

/**
 * All images of `dataset` as numbers, `[N, C, H, W]`: `(pixel / 255 - mean) / std` of each channel, or
 * `pixel / 255` without `stats`. For one batch at a time use {@link batches}.
 *
 * @throws RangeError where there is not one finite mean and one positive finite deviation a channel.
 */
export function normalize(dataset: ImageDataset, stats?: ChannelStats): Float32Array {
  const table = pixelTable(dataset.channels, stats)
  const out = new Float32Array(dataset.images.length)
  const size = imageSize(dataset)
  for (let image = 0; image < dataset.length; image++) writeImage(dataset, image, table, out, image * size)
  return out
}

/** Writes one image, `[C, H, W]`, to `out` from `offset`, each pixel as {@link pixelTable} says. */
export function writeImage(
  dataset: ImageDataset,
  image: number,
  table: Float32Array,
  out: Float32Array,
  offset: number,
): void {
  const { images, channels, height, width } = dataset
  const plane = height * width
  let from = image * channels * plane
  let to = offset
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < plane; i++) out[to++] = table[channel * 256 + (images[from++] ?? 0)] ?? 0
  }
}

function checkStats(channels: number, { mean, std }: ChannelStats): void {
  if (mean.length !== channels || std.length !== channels) {
    throw new RangeError(
      `normalize: ${mean.length} means and ${std.length} deviations for images of ${channels} channels`,
    )
  }
  for (const value of mean) {
    if (!Number.isFinite(value)) throw new RangeError(`normalize: mean is ${value}, must be finite`)
  }
  for (const value of std) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new RangeError(`normalize: std is ${value}, must be positive and finite`)
    }
  }
}
