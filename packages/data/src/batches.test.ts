import { toHostArray } from '@samkit/core'
import { expect, it } from 'vitest'
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
    expect(batch.indices).toEqual(host?.indices)
  }
})
