import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countingDataset } from './dataset.testing.ts'
import { type BatchOptions, batchCount, hostBatches } from './host-batches.ts'
import { channelStats, normalize } from './normalize.ts'

const count = fc.integer({ min: 1, max: 60 })
const batchSize = fc.integer({ min: 1, max: 70 })
const seed = fc.option(fc.maxSafeNat(), { nil: undefined })
const epoch = fc.nat(100)

describe('hostBatches', () => {
  it('yields every image exactly once an epoch, with its own pixels and label', () => {
    fc.assert(
      fc.property(count, batchSize, seed, epoch, (n, size, s, e) => {
        const data = countingDataset(n, 2)
        const stats = channelStats(data)
        const all = normalize(data, stats)
        const seen: number[] = []
        for (const batch of hostBatches(data, { batchSize: size, seed: s, epoch: e, stats })) {
          expect(batch.images.shape).toEqual([batch.indices.length, 2, 2, 3])
          expect(batch.labels.shape).toEqual([batch.indices.length])
          for (const [position, index] of batch.indices.entries()) {
            const pixels = batch.images.data.subarray(position * 12, (position + 1) * 12)
            expect(pixels).toEqual(all.subarray(index * 12, (index + 1) * 12))
            expect(batch.labels.data[position]).toBe(data.labels[index])
            seen.push(index)
          }
        }
        expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
    )
  })

  it('has full batches but for the last, which dropLast leaves out', () => {
    fc.assert(
      fc.property(count, batchSize, fc.boolean(), (n, size, dropLast) => {
        fc.pre(!dropLast || n >= size)
        const batches = hostBatches(countingDataset(n), { batchSize: size, dropLast })
        const sizes = Array.from(batches, (batch) => batch.indices.length)
        const rest = n % size
        const full = new Array<number>(Math.floor(n / size)).fill(size)
        expect(sizes).toEqual(dropLast || rest === 0 ? full : [...full, rest])
        expect(batches.length).toBe(sizes.length)
      }),
    )
  })

  it('goes on in mid-epoch with the batches that were left', () => {
    fc.assert(
      fc.property(count, batchSize, seed, epoch, fc.nat(60), (n, size, s, e, start) => {
        const options: BatchOptions = { batchSize: size, seed: s, epoch: e }
        const startBatch = start % (batchCount(n, options) + 1)
        const data = countingDataset(n)
        const rest = hostBatches(data, { ...options, startBatch })
        expect([...rest]).toEqual([...hostBatches(data, options)].slice(startBatch))
        expect([...rest].length).toBe(rest.length)
      }),
    )
  })

  it('gives each epoch another order, and the same epoch the same order', () => {
    const data = countingDataset(50)
    const order = (e: number) => [...hostBatches(data, { batchSize: 50, seed: 1, epoch: e })][0]?.indices
    expect(order(0)).toEqual(order(0))
    expect(order(0)).not.toEqual(order(1))
  })

  it('keeps the order of the dataset without a seed', () => {
    const [first] = hostBatches(countingDataset(9), { batchSize: 4, epoch: 5 })
    expect([...(first?.indices ?? [])]).toEqual([0, 1, 2, 3])
  })

  it.each<[Partial<BatchOptions>, string]>([
    [{ batchSize: 0 }, 'batchSize is 0'],
    [{ batchSize: 2.5 }, 'batchSize is 2.5'],
    [{ startBatch: 4 }, 'startBatch is 4, must be a whole number from 0 to 3'],
    [{ startBatch: -1 }, 'startBatch is -1'],
    [{ seed: 1, epoch: -1 }, 'epoch is -1'],
    [{ seed: -1 }, 'seed: -1'],
    [{ batchSize: 10, dropLast: true }, 'dropLast leaves nothing of 9 images in batches of 10'],
    [{ stats: { mean: [0], std: [0] } }, 'std is 0'],
  ])('refuses %j before the first batch', (options, message) => {
    expect(() => hostBatches(countingDataset(9), { batchSize: 4, ...options })).toThrow(message)
  })

  it('refuses a dataset without images', () => {
    expect(() => hostBatches(countingDataset(0), { batchSize: 4 })).toThrow('there are no images')
  })
})
