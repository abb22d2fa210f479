import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, type TestContext } from 'vitest'
import type { ImageDataset, ImageSplits } from '../dataset.ts'
import { channelStats } from '../normalize.ts'
import { loadCifar10 } from './cifar.ts'
import { loadFashionMnist, loadMnist } from './mnist.ts'

// Real files are never part of the repository. They are read where SAMKIT_DATA says, or beside the repository.
const base = process.env.SAMKIT_DATA || fileURLToPath(new URL('../../../../../shared/data', import.meta.url))

async function loadOrSkip(
  context: TestContext,
  folder: string,
  load: (dir: string) => Promise<ImageSplits>,
): Promise<ImageSplits> {
  const dir = join(base, folder)
  if (!(await stat(dir).catch(() => undefined)))
    context.skip(`there is no ${folder} folder; set SAMKIT_DATA to its parent`)
  return load(dir)
}

const firstLabels = (data: ImageDataset) => [...data.labels.subarray(0, 5)]

describe('the published files', { timeout: 60_000 }, () => {
  it('of MNIST hold 60,000 and 10,000 digits', async (context) => {
    const { train, test } = await loadOrSkip(context, 'mnist', loadMnist)
    expect([train.length, test.length, train.height, train.width]).toEqual([60000, 10000, 28, 28])
    expect(firstLabels(train)).toEqual([5, 0, 4, 1, 9])
    const { mean, std } = channelStats(train)
    expect(mean[0]).toBeCloseTo(0.1307, 4)
    expect(std[0]).toBeCloseTo(0.3081, 4)
  })

  it('of Fashion-MNIST hold 60,000 and 10,000 pictures', async (context) => {
    const { train, test } = await loadOrSkip(context, 'fashion-mnist', loadFashionMnist)
    expect([train.length, test.length, train.height, train.width]).toEqual([60000, 10000, 28, 28])
    expect(firstLabels(train)).toEqual([9, 0, 0, 3, 0])
  })

  it('of CIFAR-10 hold batches of 10,000 pictures', async (context) => {
    const { train, test } = await loadOrSkip(context, 'cifar10', loadCifar10)
    expect(train.length % 10000).toBe(0)
    expect([test.length, test.channels, test.height, test.width]).toEqual([10000, 3, 32, 32])
    expect(test.labels[0]).toBe(3)
    expect(train.labels[0]).toBe(6)
  })
})
