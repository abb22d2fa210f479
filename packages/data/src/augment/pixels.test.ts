import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ImageDataset, imageDataset } from '../dataset.ts'
import { hostBatches } from '../host-batches.ts'
import { type Augmentation, compose } from './augmentation.ts'
import { cutout } from './cutout.ts'
import { randomCrop } from './random-crop.ts'
import { randomFlip } from './random-flip.ts'

const [channels, height, width] = [2, 5, 7]
const size = channels * height * width

/** Images whose pixels are all different within an image, and none black. */
function distinct(count: number): ImageDataset {
  return imageDataset({
    name: 'distinct',
    images: Uint8Array.from(
      { length: count * size },
      (_, i) => 1 + (i % size) + (Math.floor(i / size) % 100),
    ),
    labels: new Uint8Array(count),
    channels,
    height,
    width,
    classNames: ['a'],
  })
}

const count = 12
const data = distinct(count)

/** Images of one epoch in the dataset's units, in the dataset's order. */
function images(augment: Augmentation | undefined, seed: number, epoch = 0): Uint8Array[] {
  const [batch] = hostBatches(data, { batchSize: count, seed, epoch, augment })
  if (batch === undefined) throw new Error('there is one batch')
  const found: Uint8Array[] = []
  for (const [position, index] of batch.indices.entries()) {
    const pixels = batch.images.data.subarray(position * size, (position + 1) * size)
    found[index] = Uint8Array.from(pixels, (value) => Math.round(value * 255))
  }
  return found
}

const original = images(undefined, 0)
const at = (image: Uint8Array | undefined, c: number, y: number, x: number): number =>
  image?.[(c * height + y) * width + x] ?? Number.NaN

/** The image for which `pixel` gives each value. */
function drawn(pixel: (c: number, y: number, x: number) => number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) =>
    pixel(Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width),
  )
}

const seeds = { numRuns: 20 }

describe('randomCrop', () => {
  /** Pixel of the image with black around it. */
  const padded = (image: Uint8Array | undefined, c: number, y: number, x: number): number =>
    y >= 0 && y < height && x >= 0 && x < width ? at(image, c, y, x) : 0

  it('is a window of the image with black around it, at most padding away', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 9 }), (seed, padding) => {
        for (const [index, image] of images(randomCrop({ padding }), seed).entries()) {
          const shifts = Array.from({ length: 2 * padding + 1 }, (_, i) => i - padding)
          const windows = shifts.flatMap((dy) =>
            shifts.map((dx) => drawn((c, y, x) => padded(original[index], c, y + dy, x + dx))),
          )
          expect(windows.some((window) => window.every((value, i) => value === image[i]))).toBe(true)
        }
      }),
      seeds,
    )
  })

  it('takes each window about equally often', () => {
    const counts = new Map<string, number>()
    for (let epoch = 0; epoch < 75; epoch++) {
      for (const [index, image] of images(randomCrop({ padding: 1 }), 1, epoch).entries()) {
        for (const dy of [-1, 0, 1]) {
          for (const dx of [-1, 0, 1]) {
            const window = drawn((c, y, x) => padded(original[index], c, y + dy, x + dx))
            if (window.join() !== image.join()) continue
            counts.set(`${dy} ${dx}`, (counts.get(`${dy} ${dx}`) ?? 0) + 1)
          }
        }
      }
    }
    expect(counts.size).toBe(9)
    for (const times of counts.values()) expect(Math.abs(times - 100)).toBeLessThan(5 * Math.sqrt(100))
  })

  it('is black after normalisation where it lies outside', () => {
    const stats = { mean: [0.4, 0.6], std: [0.5, 0.25] }
    const options = { batchSize: 12, seed: 2, stats, augment: randomCrop({ padding: 20 }) }
    const values = new Set([...hostBatches(data, options)].flatMap(({ images }) => [...images.data]))
    expect(values.has(Math.fround(-0.4 / 0.5))).toBe(true)
    expect(values.has(Math.fround(-0.6 / 0.25))).toBe(true)
    expect(values.has(0)).toBe(false)
  })
})

describe('randomFlip', () => {
  it('mirrors left and right, or leaves the image alone', () => {
    let flips = 0
    for (let seed = 0; seed < 50; seed++) {
      for (const [index, image] of images(randomFlip(), seed).entries()) {
        const mirrored = drawn((c, y, x) => at(original[index], c, y, width - 1 - x))
        if (image.join() === mirrored.join()) flips += 1
        else expect(image).toEqual(original[index])
      }
    }
    // Five standard deviations of a fair coin's 600 throws.
    expect(Math.abs(flips - 300)).toBeLessThan(5 * Math.sqrt(150))
  })

  it('twice is nothing', () => {
    const flip = randomFlip({ probability: 1 })
    expect(images(compose(flip, flip), 5)).toEqual(original)
    expect(images(flip, 5)).not.toEqual(original)
  })
})

describe('cutout', () => {
  it('is 0 in one square, centred in the image and cut off at its borders, and the image elsewhere', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 16 }), (seed, side) => {
        for (const [index, image] of images(cutout({ size: side }), seed).entries()) {
          const squares = Array.from({ length: height * width }, (_, centre) => {
            const top = Math.floor(centre / width) - Math.floor(side / 2)
            const left = (centre % width) - Math.floor(side / 2)
            return drawn((c, y, x) =>
              y >= top && y < top + side && x >= left && x < left + side ? 0 : at(original[index], c, y, x),
            )
          })
          expect(squares.some((square) => square.every((value, i) => value === image[i]))).toBe(true)
        }
      }),
      seeds,
    )
  })

  it('is centred at every pixel some time', () => {
    const centres = new Set<number>()
    for (let epoch = 0; epoch < 40; epoch++) {
      for (const image of images(cutout({ size: 1 }), 6, epoch)) centres.add(image.indexOf(0))
    }
    expect(centres.size).toBe(height * width)
  })
})

it.each([
  [() => randomCrop({ padding: -1 }), 'randomCrop: padding is -1, must be a whole number from 0'],
  [() => randomCrop({ padding: 0.5 }), 'padding is 0.5'],
  [() => randomFlip({ probability: 1.5 }), 'randomFlip: probability is 1.5, must be from 0 to 1'],
  [() => randomFlip({ probability: Number.NaN }), 'probability is NaN'],
  [() => cutout({ size: -2 }), 'cutout: size is -2, must be a whole number from 0'],
])('options out of range are refused: %s', (make, message) => {
  expect(make).toThrow(message)
})
