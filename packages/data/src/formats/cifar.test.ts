import { FileFormatError } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CifarLabels, readCifarDataset } from './cifar.ts'
import { encodeCifar, gzip, mutation, somePixels } from './encode.testing.ts'

const pixels = fc.nat().map((fill) => somePixels(3072, fill))
const record10 = fc.record({ labels: fc.tuple(fc.nat(9)), pixels })
const record100 = fc.record({ labels: fc.tuple(fc.nat(19), fc.nat(99)), pixels })
const some = { minLength: 1, maxLength: 3 }
const packing = fc.constantFrom((bytes: Uint8Array) => bytes, gzip)
const one = encodeCifar([{ labels: [3], pixels: somePixels(3072, 5) }])

describe('readCifarDataset', () => {
  it('reads back any CIFAR-10 files, plain or packed, one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.array(record10, some), packing), some), async (files) => {
        const named = files.map(([records, pack], i) => ({
          file: `f${i}`,
          bytes: pack(encodeCifar(records)),
        }))
        const data = await readCifarDataset(named, 'cifar10', 'test')
        const all = files.flatMap(([records]) => records)
        expect(data).toMatchObject({ length: all.length, channels: 3, height: 32, width: 32 })
        expect([...data.labels]).toEqual(all.map((record) => record.labels[0]))
        expect(data.images).toEqual(Uint8Array.from(all.flatMap((record) => [...record.pixels])))
      }),
      { numRuns: 20 },
    )
  })

  it.each<[CifarLabels, number, number]>([
    ['coarse', 0, 20],
    ['fine', 1, 100],
  ])('reads the %s labels of CIFAR-100', async (labels, position, classes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(record100, some), packing, async (records, pack) => {
        const data = await readCifarDataset(
          [{ file: 'f', bytes: pack(encodeCifar(records)) }],
          labels,
          'test',
        )
        expect([...data.labels]).toEqual(records.map((record) => record.labels[position]))
        expect(data.images).toEqual(Uint8Array.from(records.flatMap((record) => [...record.pixels])))
        expect(data.classNames.length).toBe(classes)
      }),
      { numRuns: 20 },
    )
  })

  it('says where a file breaks off, wherever it does', async () => {
    const packed = gzip(one)
    const cuts = [0, 1, 2, 1000, 3072].map((length) => one.subarray(0, length))
    for (let length = 2; length < packed.length; length += 7) cuts.push(packed.subarray(0, length))
    for (const bytes of cuts) {
      const error = await readCifarDataset([{ file: 'cut', bytes }], 'cifar10', 'test').catch((e) => e)
      expect(error).toBeInstanceOf(FileFormatError)
      expect(error.message).toMatch(/"cut": .* at byte \d+: /)
    }
  })

  it('never fails with anything but a FileFormatError that names the file', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record10, some), packing, mutation, async (records, pack, mutate) => {
        const bytes = mutate(pack(encodeCifar(records)))
        try {
          const data = await readCifarDataset([{ file: 'f', bytes }], 'cifar10', 'test')
          for (const label of data.labels) expect(label).toBeLessThan(10)
        } catch (error) {
          expect(error).toBeInstanceOf(FileFormatError)
          expect(error).toMatchObject({ file: 'f', offset: expect.any(Number) })
        }
      }),
      { numRuns: 200 },
    )
  })

  it('refuses a file that is no whole number of records', async () => {
    const bytes = Uint8Array.from([...one, 7])
    await expect(readCifarDataset([{ file: 'f', bytes }], 'cifar10', 'test')).rejects.toThrow(
      'CIFAR-10 "f": end at byte 3074: a file of 2 records, 3073 bytes each, takes 6146 bytes, but there are 3074',
    )
  })

  it('refuses a label out of range and says which one', async () => {
    const bad = encodeCifar([
      { labels: [3, 7], pixels: new Uint8Array(3072) },
      { labels: [3, 100], pixels: new Uint8Array(3072) },
    ])
    await expect(readCifarDataset([{ file: 'f', bytes: bad }], 'coarse', 'test')).rejects.toThrow(
      'CIFAR-100 "f": fine label of record 1 at byte 3075: is 100, must be from 0 to 99',
    )
    const files = [{ file: 'f', bytes: gzip(one.slice().fill(10, 0, 1)) }]
    await expect(readCifarDataset(files, 'cifar10', 'test')).rejects.toThrow(
      'unpacked CIFAR-10 "f": label of record 0 at byte 0: is 10, must be from 0 to 9',
    )
  })
})
