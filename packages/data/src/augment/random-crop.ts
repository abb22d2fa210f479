import { type Augmentation, onPixels } from './augmentation.ts'
import { checkWhole } from './check.ts'

/** Options of {@link randomCrop}. */
export interface RandomCropOptions {
  /** Pixels put around the image on each side, from 0. Default 4, usual for images of 32 × 32. */
  readonly padding?: number
}

/**
 * A window of the image's own size, at random, of the image with `padding` black pixels around it: a shift by up to
 * `padding` pixels down or up and right or left, each as likely. As He, Zhang, Ren and Sun, "Deep residual learning for
 * image recognition" (CVPR 2016), section 4.2, train on CIFAR-10. Black is what a pixel of 0 becomes, as if padded before
 * normalisation.
 *
 * @throws RangeError where `padding` is not a whole number from 0.
 */
export function randomCrop({ padding = 4 }: RandomCropOptions = {}): Augmentation {
  checkWhole('randomCrop', 'padding', padding)
  return onPixels('randomCrop', (pixels, { channels, height, width, black, random }) => {
    const down = random.below(2 * padding + 1) - padding
    const right = random.below(2 * padding + 1) - padding
    if (down === 0 && right === 0) return pixels
    const out = new Float32Array(pixels.length)
    const [first, end] = [Math.max(0, -right), Math.min(width, width - right)]
    for (let channel = 0; channel < channels; channel++) {
      const plane = channel * height * width
      out.fill(black[channel] ?? 0, plane, plane + height * width)
      for (let y = Math.max(0, -down); y < Math.min(height, height - down) && first < end; y++) {
        const from = plane + (y + down) * width + right
        out.set(pixels.subarray(from + first, from + end), plane + y * width + first)
      }
    }
    return out
  })
}
