import type { RandomStream } from '../random.ts'
import type { SyntheticShape } from './shapes.ts'

/** How an image is drawn. Everything else about it is random. */
export interface DrawOptions {
  /** Pixels to a side. */
  readonly size: number
  readonly channels: number
  /** Standard deviation of the noise on each pixel, in units where black is 0 and white is 1. */
  readonly noise: number
}

/**
 * Draws `shape` once, at a random place, size, angle and contrast, brighter or darker than what is behind it,
 * over a random gradient with a stray stroke, and writes the pixels `[C, H, W]` to `out` from `offset`.
 *
 * The same random stream gives the same bytes on every machine: the arithmetic is + - * / and sqrt only.
 */
export function drawShape(
  shape: SyntheticShape,
  random: RandomStream,
  { size, channels, noise }: DrawOptions,
  out: Uint8Array,
  offset: number,
): void {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform()
  const radius = size * between(0.32, 0.44)
  // Half of what would fit: with all of it, a few thousand images are too few to learn from.
  const slack = (size / 2 - radius) / 2
  const centreX = size / 2 + slack * between(-1, 1)
  const centreY = size / 2 + slack * between(-1, 1)
  const [cos, sin] = tilted(between(-maxTilt, maxTilt))
  const stroke = strokeAway(random, size, centreX, centreY)
  const slope = direction(random)
  const steepness = between(0, 0.25) / size

  // One shared polarity keeps the shape from cancelling out between channels.
  const polarity = random.bits() & 1 ? 1 : -1
  const contrast = between(0.35, 0.75)
  const strokeContrast = between(-0.4, 0.4)
  const plane = size * size
  for (let c = 0; c < channels; c++) {
    const amplitude = polarity * contrast * (channels === 1 ? 1 : between(0.4, 1))
    const background = 0.5 - amplitude / 2 + between(-0.1, 0.1)
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        // Pixel centres, relative to the shape's, turned and scaled to where the shape has radius 1.
        const dx = column + 0.5 - centreX
        const dy = row + 0.5 - centreY
        const distance = shape.distance((cos * dx + sin * dy) / radius, (cos * dy - sin * dx) / radius)
        const tilt = steepness * (slope[0] * (column - size / 2) + slope[1] * (row - size / 2))
        const value =
          background +
          tilt +
          amplitude * coverage(distance * radius) +
          strokeContrast * coverage(stroke(column + 0.5, row + 0.5)) +
          noise * gaussian(random)
        out[offset + c * plane + row * size + column] = Math.round(255 * Math.min(1, Math.max(0, value)))
      }
    }
  }
}

/** The part of a pixel that lies inside an edge `distance` pixels from its centre: an anti-aliased step. */
function coverage(distance: number): number {
  return Math.min(1, Math.max(0, 0.5 - distance))
}

/** The largest tangent of the angle a shape is turned by: 30 degrees to either side. */
const maxTilt = 0.577

/** The direction `[cos, sin]` whose angle has the given tangent. */
function tilted(tangent: number): readonly [number, number] {
  const norm = Math.sqrt(1 + tangent * tangent)
  return [1 / norm, tangent / norm]
}

/** A uniformly random direction `[cos, sin]`, from a point drawn in the unit disc. */
function direction(random: RandomStream): readonly [number, number] {
  for (;;) {
    const x = 2 * random.uniform() - 1
    const y = 2 * random.uniform() - 1
    const squared = x * x + y * y
    if (squared <= 1 && squared > 0.01) {
      const norm = Math.sqrt(squared)
      return [x / norm, y / norm]
    }
  }
}

/** The distance, in pixels, from a short stroke somewhere on the far side of the shape's centre. */
function strokeAway(
  random: RandomStream,
  size: number,
  centreX: number,
  centreY: number,
): (x: number, y: number) => number {
  const halfLength = size * (0.06 + 0.1 * random.uniform())
  const [ux, uy] = direction(random)
  const x0 = centreX < size / 2 ? size * (0.7 + 0.3 * random.uniform()) : size * 0.3 * random.uniform()
  const y0 = centreY < size / 2 ? size * (0.7 + 0.3 * random.uniform()) : size * 0.3 * random.uniform()
  return (x, y) => {
    const along = (x - x0) * ux + (y - y0) * uy
    const past = along - Math.min(halfLength, Math.max(-halfLength, along))
    const across = (y - y0) * ux - (x - x0) * uy
    return Math.sqrt(past * past + across * across) - size / 24
  }
}

/**
 * About a standard normal: the sum of four uniform bytes, centred and scaled (Irwin-Hall). It never passes
 * 3.5 standard deviations, which no pixel can show anyway.
 */
function gaussian(random: RandomStream): number {
  const bits = random.bits()
  const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24)
  return (sum - 510) / byteSumDeviation
}

/** Standard deviation of the sum of four independent uniform bytes. */
const byteSumDeviation = Math.sqrt((4 * (256 * 256 - 1)) / 12)
