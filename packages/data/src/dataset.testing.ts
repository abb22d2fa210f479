import { type ImageDataset, imageDataset } from './dataset.ts'

/** A dataset of `count` images with pixels and labels that differ from image to image. */
export function countingDataset(count: number, channels = 1, height = 2, width = 3): ImageDataset {
  const size = channels * height * width
  return imageDataset({
    name: 'counting',
    images: Uint8Array.from({ length: count * size }, (_, i) => (i * 37 + Math.floor(i / size)) % 256),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    channels,
    height,
    width,
    classNames: ['a', 'b', 'c'],
  })
}
