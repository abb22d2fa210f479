import { fashionMnistClasses, mnistClasses } from '../class-names.ts'
import type { ImageSplits } from '../dataset.ts'
import { readIdxDataset } from '../formats/idx.ts'
import { type DataSource, dataFolder } from './folder.ts'

const mnist: DataSource = {
  title: 'MNIST',
  folder: 'mnist',
  inside: ['MNIST/raw'],
  page: 'https://github.com/cvdfoundation/mnist',
}

const fashionMnist: DataSource = {
  title: 'Fashion-MNIST',
  folder: 'fashion-mnist',
  inside: ['FashionMNIST/raw'],
  page: 'https://github.com/zalandoresearch/fashion-mnist',
}

/**
 * Reads MNIST, 60,000 + 10,000 handwritten digits of `[1, 28, 28]`, from its four IDX files, plain or `.gz`.
 * Without `dir` they are looked for in `$SAMKIT_DATA/mnist`.
 *
 * @throws MissingDataError where a file is missing or unreadable, FileFormatError where one is damaged.
 */
export function loadMnist(dir?: string): Promise<ImageSplits> {
  return loadIdxFiles(mnist, mnistClasses, dir)
}

/**
 * Reads Fashion-MNIST, 60,000 + 10,000 pictures of clothes of `[1, 28, 28]`, from its four IDX files, plain
 * or `.gz`. Without `dir` they are looked for in `$SAMKIT_DATA/fashion-mnist`.
 *
 * @throws MissingDataError where a file is missing or unreadable, FileFormatError where one is damaged.
 */
export function loadFashionMnist(dir?: string): Promise<ImageSplits> {
  return loadIdxFiles(fashionMnist, fashionMnistClasses, dir)
}

async function loadIdxFiles(
  source: DataSource,
  classNames: readonly string[],
  dir: string | undefined,
): Promise<ImageSplits> {
  const folder = await dataFolder(source, dir, 'train-images-idx3-ubyte')
  const read = async (split: string, prefix: string) =>
    readIdxDataset({
      name: `${source.title} ${split}`,
      images: await folder.read(`${prefix}-images-idx3-ubyte`),
      labels: await folder.read(`${prefix}-labels-idx1-ubyte`),
      classNames,
    })
  return { train: await read('train', 'train'), test: await read('test', 't10k') }
}
