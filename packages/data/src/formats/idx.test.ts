import { FileFormatError } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeIdx, gzip, mutation, somePixels } from './encode.testing.ts'
import { readIdx, readIdxDataset } from './idx.ts'

const size = fc.integer({ min: 0, max: 5 })
const array = fc
  .tuple(fc.oneof(fc.tuple(size), fc.tuple(size, size, size)), fc.nat())
  .map(([shape, fill]) => ({
    shape,
    data: somePixels(
      shape.reduce((a, b) => a * b, 1),
      fill,
    ),
  }))
const packing = fc.constantFrom((bytes: Uint8Array) => bytes, gzip)

const images = { file: 'images', bytes: encodeIdx([2, 2, 3], somePixels(12, 7)) }
const labels = { file: 'labels', bytes: encodeIdx([2], Uint8Array.of(1, 0)) }
const names = { name: 'test', classNames: ['a', 'b'] }

describe('readIdx', () => {
  it('reads back any array, plain or packed', async () => {
    await fc.assert(
      fc.asyncProperty(array, packing, async ({ shape, data }, pack) => {
        const bytes = pack(encodeIdx(shape, data))
        const read = await readIdx({ file: 'f', bytes }, shape.length)
        expect(read.shape).toEqual(shape)
        expect([...read.data]).toEqual([...data])
      }),
    )
  })

  it('says where a file breaks off, wherever it does', async () => {
    for (const whole of [images.bytes, gzip(images.bytes)]) {
      for (let length = 0; length < whole.length; length++) {
        const error = await readIdx({ file: 'cut', bytes: whole.subarray(0, length) }, 3).catch((e) => e)
        expect(error).toBeInstanceOf(FileFormatError)
        expect(error.message).toMatch(/"cut": .* at byte \d+: .*(cut short|but there are|damaged)/)
      }
    }
  })

  it('never fails with anything but a FileFormatError that names the file', async () => {
    await fc.assert(
      fc.asyncProperty(array, packing, mutation, async ({ shape, data }, pack, mutate) => {
        const bytes = mutate(pack(encodeIdx(shape, data)))
        try {
          const read = await readIdx({ file: 'f', bytes }, shape.length)
          expect(read.data.length).toBe(read.shape.reduce((a, b) => a * b, 1))
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError)
          expect(error).toMatchObject({ file: 'f', offset: expect.any(Number) })
        }
      }),
      { numRuns: 300 },
    )
  })

  it.each<[string, (bytes: Uint8Array) => Uint8Array, string]>([
    [
      'another format',
      (b) => b.fill(0x89, 0, 1),
      'IDX "f": magic number at byte 0: begins with bytes 137 and 0',
    ],
    [
      'floats',
      (b) => b.fill(0x0d, 2, 3),
      'element type at byte 2: is 13 (32-bit float), must be 8 (unsigned byte)',
    ],
    ['no type', (b) => b.fill(0x77, 2, 3), 'element type at byte 2: is 119 (no IDX type)'],
    ['labels', () => labels.bytes, 'number of dimensions at byte 3: is 1, must be 3 for images [N, H, W]'],
    [
      'too many images',
      (b) => b.fill(9, 7, 8),
      'end at byte 28: the stated shape [9, 2, 3] takes 70 bytes, but there are 28',
    ],
    [
      'absurd sizes',
      (b) => b.fill(255, 4, 16),
      'the stated shape [4294967295, 4294967295, 4294967295] takes',
    ],
    ['a tail', (b) => Uint8Array.from([...b, 1, 2]), 'trailing bytes at byte 28'],
    ['a packed tail', (b) => gzip(Uint8Array.from([...b, 1])), 'unpacked IDX "f": length at byte 28'],
    ['packed labels', () => gzip(labels.bytes), 'unpacked IDX "f": number of dimensions at byte 3'],
  ])('refuses %s and says what is wrong', async (_, change, message) => {
    await expect(readIdx({ file: 'f', bytes: change(images.bytes.slice()) }, 3)).rejects.toThrow(message)
  })
})

describe('readIdxDataset', () => {
  it('puts images and labels together as [N, 1, H, W]', async () => {
    const data = await readIdxDataset({ images, labels, ...names })
    expect(data).toMatchObject({ name: 'test', length: 2, channels: 1, height: 2, width: 3 })
    expect([...data.labels]).toEqual([1, 0])
    expect([...data.images]).toEqual([...images.bytes.subarray(16)])
  })

  it('refuses files of different counts', async () => {
    const three = { file: 'three', bytes: encodeIdx([3], new Uint8Array(3)) }
    await expect(readIdxDataset({ images, labels: three, ...names })).rejects.toThrow(
      'IDX "three": number of labels at byte 4: is 3, but "images" has 2 images',
    )
  })

  it('refuses a label without a class and says which one', async () => {
    const wrong = { file: 'wrong', bytes: gzip(encodeIdx([2], Uint8Array.of(1, 2))) }
    await expect(readIdxDataset({ images, labels: wrong, ...names })).rejects.toThrow(
      'unpacked IDX "wrong": label 1 at byte 9: is 2; test has the classes 0 to 1',
    )
  })

  it('refuses images without pixels', async () => {
    const flat = { file: 'flat', bytes: encodeIdx([2, 0, 3], new Uint8Array()) }
    await expect(readIdxDataset({ images: flat, labels, ...names })).rejects.toThrow(
      'image height at byte 8: is 0',
    )
  })
})
