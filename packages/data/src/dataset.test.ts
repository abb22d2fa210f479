import { describe, expect, it } from 'vitest'
import { countingDataset } from './dataset.testing.ts'
import { imageDataset, subset, take } from './dataset.ts'

const parts = { name: 'two', channels: 1, height: 1, width: 2, classNames: ['a', 'b'] }

describe('imageDataset', () => {
  it('counts its images', () => {
    expect(imageDataset({ ...parts, images: new Uint8Array(4), labels: Uint8Array.of(0, 1) }).length).toBe(2)
  })

  it('refuses pixels that do not fill the shape', () => {
    const images = new Uint8Array(5)
    expect(() => imageDataset({ ...parts, images, labels: Uint8Array.of(0, 1) })).toThrow(
      'imageDataset(two): 5 pixels for 2 labels; [2, 1, 1, 2] takes 4',
    )
  })

  it('refuses a label without a class name', () => {
    expect(() => imageDataset({ ...parts, images: new Uint8Array(4), labels: Uint8Array.of(0, 2) })).toThrow(
      'label 2 of image 1 has no name among 2 classes',
    )
  })

  it('refuses an empty axis', () => {
    expect(() =>
      imageDataset({ ...parts, width: 0, images: new Uint8Array(), labels: new Uint8Array() }),
    ).toThrow('width is 0')
  })
})

describe('take', () => {
  const data = countingDataset(5)

  it('gives the first images without copying them', () => {
    const two = take(data, 2)
    expect(two.length).toBe(2)
    expect(two.images).toEqual(data.images.subarray(0, 12))
    expect(two.images.buffer).toBe(data.images.buffer)
    expect([...two.labels]).toEqual([0, 1])
  })

  it('gives all of them where the limit is larger, and none for 0', () => {
    expect(take(data, 99)).toEqual(data)
    expect(take(data, 0).images.length).toBe(0)
  })

  it('refuses a limit that is no whole number from 0', () => {
    expect(() => take(data, -1)).toThrow('take: limit is -1')
    expect(() => take(data, 1.5)).toThrow('take: limit is 1.5')
  })
})

describe('subset', () => {
  const data = countingDataset(5)

  it('gives the images asked for, in that order, repeats included', () => {
    const picked = subset(data, [4, 0, 4])
    expect([...picked.labels]).toEqual([1, 0, 1])
    expect(picked.images.subarray(0, 6)).toEqual(data.images.subarray(24, 30))
    expect(picked.images.subarray(12)).toEqual(picked.images.subarray(0, 6))
  })

  it('refuses an index that is not there', () => {
    expect(() => subset(data, [0, 5])).toThrow('subset: index 5 at position 1; counting has 5 images')
    expect(() => subset(data, [-1])).toThrow('index -1 at position 0')
  })
})
