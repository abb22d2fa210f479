import { toHostArray } from '@samkit/core'
import { expect, it } from 'vitest'
import { mixup } from './augment/mixup.ts'
import { batches } from './batches.ts'
import { countingDataset } from './dataset.testing.ts'
import { hostBatches } from './host-batches.ts'

it('yields the host batches as tensors', async () => {
  const data = countingDataset(7, 3)
  const options = { batchSize: 3, seed: 4, epoch: 2 }
  const expected = [...hostBatches(data, options)]
  const tensors = batches(data, options)
  expect(tensors.length).toBe(3)
  for (const [position, batch] of [...tensors].entries()) {
    const host = expected[position]
    expect(await toHostArray(batch.images)).toEqual(host?.images)
    expect(await toHostArray(batch.labels)).toEqual(host?.labels)
    expect(batch.targets).toBe(batch.labels)
    expect(batch.indices).toEqual(host?.indices)
  }
})

it('yields class probabilities for targets where images are mixed', async () => {
  const options = { batchSize: 4, seed: 4, augment: mixup() }
  const [host] = hostBatches(countingDataset(7, 3), options)
  const [batch] = batches(countingDataset(7, 3), options)
  if (batch === undefined) throw new Error('there are two batches')
  expect(batch.targets.shape).toEqual([4, 3])
  expect(await toHostArray(batch.targets)).toEqual(host?.targets)
  expect(batch.labels.dtype).toBe('i32')
})
