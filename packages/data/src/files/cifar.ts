import type { ImageSplits } from '../dataset.ts'
import { readCifarDataset } from '../formats/cifar.ts'
import type { NamedBytes } from '../formats/contents.ts'
import { type DataSource, dataFolder } from './folder.ts'

const page = 'https://www.cs.toronto.edu/~kriz/cifar.html (binary version)'
const cifar10: DataSource = { title: 'CIFAR-10', folder: 'cifar10', inside: ['cifar-10-batches-bin'], page }
const cifar100: DataSource = { title: 'CIFAR-100', folder: 'cifar100', inside: ['cifar-100-binary'], page }

/** Which labels of CIFAR-100 to read. */
export interface Cifar100Options {
  /** The 100 `fine` classes or the 20 `coarse` ones. Default `fine`. */
  readonly labels?: 'fine' | 'coarse'
}

/**
 * Reads CIFAR-10, pictures of `[3, 32, 32]` in 10 classes, from its binary files, plain or `.gz`:
 * `test_batch.bin` and as many of `data_batch_1.bin` to `data_batch_5.bin` as there are, in that order.
 * Without `dir` they are looked for in `$SAMKIT_DATA/cifar10`.
 *
 * @throws MissingDataError where a file is missing or unreadable, FileFormatError where one is damaged.
 */
export async function loadCifar10(dir?: string): Promise<ImageSplits> {
  const folder = await dataFolder(cifar10, dir, 'data_batch_1.bin')
  const batches: NamedBytes[] = []
  for (let batch = 1; batch <= 5; batch++) {
    const file = `data_batch_${batch}.bin`
    if (await folder.has(file)) batches.push(await folder.read(file))
  }
  return {
    train: await readCifarDataset(batches, 'cifar10', 'CIFAR-10 train'),
    test: await readCifarDataset([await folder.read('test_batch.bin')], 'cifar10', 'CIFAR-10 test'),
  }
}

/**
 * Reads CIFAR-100, 50,000 + 10,000 pictures of `[3, 32, 32]`, from `train.bin` and `test.bin`, plain or `.gz`.
 * Without `dir` they are looked for in `$SAMKIT_DATA/cifar100`.
 *
 * @throws MissingDataError where a file is missing or unreadable, FileFormatError where one is damaged.
 */
export async function loadCifar100(dir?: string, options: Cifar100Options = {}): Promise<ImageSplits> {
  const { labels = 'fine' } = options
  const folder = await dataFolder(cifar100, dir, 'train.bin')
  return {
    train: await readCifarDataset([await folder.read('train.bin')], labels, 'CIFAR-100 train'),
    test: await readCifarDataset([await folder.read('test.bin')], labels, 'CIFAR-100 test'),
  }
}
