import { type ImageSplits, syntheticImages, take } from '@samkit/data'
import { loadCifar10, loadFashionMnist, loadMnist } from '@samkit/data/node'

/** Which part of a dataset to load, and from where. */
export interface DatasetRequest {
  /** Folder of the files; null to look in `SAMKIT_DATA`. */
  readonly dir: string | null
  /** Training images to use, from the first; null for all. */
  readonly limit: number | null
  /** Test images to use, from the first; null for all. */
  readonly testLimit: number | null
}

/** A dataset that can be named on the command line. */
export interface DatasetEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  load(request: DatasetRequest): Promise<ImageSplits>
}

/** A dataset read from files in a folder. */
function fromFolder(
  title: string,
  summary: string,
  load: (dir?: string) => Promise<ImageSplits>,
): DatasetEntry {
  return {
    title,
    summary,
    load: async ({ dir, limit, testLimit }) => {
      const { train, test } = await load(dir ?? undefined)
      return {
        train: limit === null ? train : take(train, limit),
        test: testLimit === null ? test : take(test, testLimit),
      }
    },
  }
}

/** What `--data` accepts. A new dataset is one entry here. */
export const datasets: Readonly<Record<string, DatasetEntry>> = {
  synthetic: {
    title: 'synthetic shapes',
    summary: 'drawn shapes, 16×16 grey, 8 classes, 3000 + 1000 unless limited; needs no files',
    // The same images whatever --seed, so that runs of different seeds can be compared.
    load: async ({ limit, testLimit }) =>
      syntheticImages({
        ...(limit === null ? {} : { train: limit }),
        ...(testLimit === null ? {} : { test: testLimit }),
      }),
  },
  mnist: fromFolder('MNIST', 'handwritten digits, 28×28 grey, four IDX files', loadMnist),
  'fashion-mnist': fromFolder('Fashion-MNIST', 'clothes, 28×28 grey, four IDX files', loadFashionMnist),
  cifar10: fromFolder('CIFAR-10', 'photos, 32×32 colour, the binary version', loadCifar10),
}
