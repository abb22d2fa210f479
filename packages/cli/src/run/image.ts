import type { ImageDataset } from '@samkit/data'
import { encode } from 'fast-png'

/** Image `index` of `dataset` as a PNG in a `data:` URI: grey from one channel, colour from three, else the first. */
export function imageUri(dataset: ImageDataset, index: number): string {
  const { channels, height, width, images } = dataset
  const plane = height * width
  const start = index * channels * plane
  const shown = channels === 3 ? 3 : 1
  const data = new Uint8Array(plane * shown)
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let c = 0; c < shown; c++) data[pixel * shown + c] = images[start + c * plane + pixel] ?? 0
  }
  const png = encode({ width, height, data, channels: shown, depth: 8 })
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}
