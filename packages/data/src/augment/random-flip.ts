import { type Augmentation, onPixels } from './augmentation.ts'
import { checkShare } from './check.ts'

/** Options of {@link randomFlip}. */
export interface RandomFlipOptions {
  /** How likely an image is mirrored, 0 to 1. Default 0.5. */
  readonly probability?: number
}

/**
 * The image or, with `probability`, its mirror image, left and right exchanged.
 *
 * @throws RangeError where `probability` is not from 0 to 1.
 */
export function randomFlip({ probability = 0.5 }: RandomFlipOptions = {}): Augmentation {
  checkShare('randomFlip', 'probability', probability)
  return onPixels('randomFlip', (pixels, { width, random }) => {
    if (random.uniform() >= probability) return pixels
    const out = pixels.slice()
    for (let row = 0; row < out.length; row += width) out.subarray(row, row + width).reverse()
    return out
  })
}
