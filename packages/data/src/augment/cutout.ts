import { type Augmentation, onPixels } from './augmentation.ts'
import { checkWhole } from './check.ts'

/** Options of {@link cutout}. */
export interface CutoutOptions {
  /** Pixels to a side of the square, from 0. The paper's are 16 for CIFAR-10, 8 for CIFAR-100 and 20 for SVHN. */
  readonly size: number
}

/**
 * The image with 0 in a square, the same in all channels, centred at a random pixel; what lies outside the image is cut
 * off (DeVries and Taylor, "Improved regularization of convolutional neural networks with cutout", arXiv:1708.04552,
 * 2017). In normalised images 0 is the channel's mean. The square's rows go from `centre - floor(size / 2)`, `size` of
 * them, and so do its columns.
 *
 * @throws RangeError where `size` is not a whole number from 0.
 */
export function cutout({ size }: CutoutOptions): Augmentation {
  checkWhole('cutout', 'size', size)
  return onPixels('cutout', (pixels, { channels, height, width, random }) => {
    const top = random.below(height) - Math.floor(size / 2)
    const left = random.below(width) - Math.floor(size / 2)
    if (size === 0) return pixels
    const out = pixels.slice()
    const [first, end] = [Math.max(0, left), Math.min(width, left + size)]
    for (let channel = 0; channel < channels; channel++) {
      for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
        const row = (channel * height + y) * width
        out.fill(0, row + first, row + end)
      }
    }
    return out
  })
}
