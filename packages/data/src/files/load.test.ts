import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { FileFormatError } from '@samkit/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeCifar, encodeIdx, gzip, somePixels } from '../formats/encode.testing.ts'
import { loadCifar10, loadCifar100 } from './cifar.ts'
import { MissingDataError } from './folder.ts'
import { loadFashionMnist, loadMnist } from './mnist.ts'

let root = ''
const savedData = process.env.SAMKIT_DATA

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'samkit-data-'))
  delete process.env.SAMKIT_DATA
})

afterEach(async () => {
  if (savedData === undefined) delete process.env.SAMKIT_DATA
  else process.env.SAMKIT_DATA = savedData
  await rm(root, { recursive: true })
})

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), bytes)
}

async function writeMnist(folder: string): Promise<void> {
  await write(`${folder}/train-images-idx3-ubyte.gz`, gzip(encodeIdx([3, 2, 2], somePixels(12, 3))))
  await write(`${folder}/train-labels-idx1-ubyte`, encodeIdx([3], Uint8Array.of(5, 0, 4)))
  await write(`${folder}/t10k-images-idx3-ubyte`, encodeIdx([1, 2, 2], somePixels(4, 5)))
  await write(`${folder}/t10k-labels-idx1-ubyte.gz`, gzip(encodeIdx([1], Uint8Array.of(7))))
}

const record = (...labels: number[]) => encodeCifar([{ labels, pixels: somePixels(3072, 9) }])

describe('loadMnist and loadFashionMnist', () => {
  it('read the four files, plain or packed', async () => {
    await writeMnist('here')
    const { train, test } = await loadMnist(join(root, 'here'))
    expect([...train.labels, ...test.labels]).toEqual([5, 0, 4, 7])
    expect(train).toMatchObject({ name: 'MNIST train', channels: 1, height: 2, width: 2 })
    expect((await loadFashionMnist(join(root, 'here'))).test.classNames[7]).toBe('sneaker')
  })

  it('look in the folder of their own name, in a folder given or in SAMKIT_DATA', async () => {
    await writeMnist('mnist')
    expect((await loadMnist(root)).train.length).toBe(3)
    process.env.SAMKIT_DATA = root
    expect((await loadMnist()).train.length).toBe(3)
  })

  it('say what to do where no folder is given, in one line', async () => {
    const error = await loadFashionMnist().catch((e) => e)
    expect(error).toBeInstanceOf(MissingDataError)
    expect(error.message).toMatch(
      /^Fashion-MNIST: no folder was given\. Get the files from .*--data-dir.*SAMKIT_DATA.*$/,
    )
  })

  it('say what was looked for, and where', async () => {
    const nowhere = join(root, 'nowhere')
    await expect(loadMnist(nowhere)).rejects.toThrow(
      `MNIST: there is no folder ${nowhere}. Get the files from`,
    )
    await expect(loadMnist(root)).rejects.toThrow(
      `MNIST: no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in ${root}. Get`,
    )
    await writeMnist('mnist')
    await rm(join(root, 'mnist/t10k-images-idx3-ubyte'))
    await expect(loadMnist(root)).rejects.toThrow(
      `no t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz in ${join(root, 'mnist')}`,
    )
  })

  it('take a folder with the name of a file for no file', async () => {
    await mkdir(join(root, 'train-images-idx3-ubyte'))
    await expect(loadMnist(root)).rejects.toBeInstanceOf(MissingDataError)
  })

  it('name the damaged file by its path', async () => {
    await writeMnist('mnist')
    await write('mnist/train-labels-idx1-ubyte', encodeIdx([3], Uint8Array.of(5, 0)))
    const error = await loadMnist(root).catch((e) => e)
    expect(error).toBeInstanceOf(FileFormatError)
    expect(error.file).toBe(join(root, 'mnist/train-labels-idx1-ubyte'))
  })
})

describe('loadCifar10', () => {
  it('joins the batches that are there, in order', async () => {
    await write('cifar-10-batches-bin/data_batch_1.bin', record(1))
    await write('cifar-10-batches-bin/data_batch_3.bin.gz', gzip(record(3)))
    await write('cifar-10-batches-bin/test_batch.bin', record(9))
    const { train, test } = await loadCifar10(root)
    expect([[...train.labels], [...test.labels]]).toEqual([[1, 3], [9]])
    expect(train.classNames[3]).toBe('cat')
  })

  it('asks for the first batch and for the test batch', async () => {
    await expect(loadCifar10(root)).rejects.toThrow('no data_batch_1.bin or data_batch_1.bin.gz')
    await write('data_batch_1.bin', record(1))
    await expect(loadCifar10(root)).rejects.toThrow('no test_batch.bin or test_batch.bin.gz')
  })
})

describe('loadCifar100', () => {
  it('reads the fine or the coarse labels', async () => {
    await write('train.bin', record(19, 99))
    await write('test.bin.gz', gzip(record(0, 4)))
    expect((await loadCifar100(root)).train.labels[0]).toBe(99)
    const coarse = await loadCifar100(root, { labels: 'coarse' })
    expect([coarse.train.labels[0], coarse.test.labels[0]]).toEqual([19, 0])
  })
})
