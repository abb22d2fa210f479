import { FileFormatError } from '@samkit/core'
import { type ImageDataset, imageDataset } from '../dataset.ts'
import { type ContentsInfo, type NamedBytes, readContents, shownFormat, wrongLength } from './contents.ts'

/** What an IDX file of unsigned bytes holds. */
export interface IdxArray {
  readonly shape: readonly number[]
  /** Row-major; as many bytes as `shape` says. */
  readonly data: Uint8Array
}

/** The files and names that {@link readIdxDataset} makes a dataset from. */
export interface IdxDatasetFiles {
  /** Pixels, `[N, H, W]`. */
  readonly images: NamedBytes
  /** Class indices, `[N]`. */
  readonly labels: NamedBytes
  /** What to call the dataset. */
  readonly name: string
  readonly classNames: readonly string[]
}

const elementTypes: Readonly<Record<number, string>> = {
  8: 'unsigned byte',
  9: 'signed byte',
  11: '16-bit integer',
  12: '32-bit integer',
  13: '32-bit float',
  14: '64-bit float',
}

/**
 * Reads an IDX file, plain or gzip, of unsigned bytes and the given rank: 3 for images `[N, H, W]`, 1 for
 * labels `[N]`. The format is MNIST's: two zero bytes, the element type, the rank, each size as a big-endian
 * 32-bit integer, then the elements.
 *
 * @throws FileFormatError where the file is cut short, too long, damaged, or holds something else.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export async function readIdx(source: NamedBytes, rank: number): Promise<IdxArray> {
  const headLength = 4 + 4 * rank
  let shape: readonly number[] = []
  const contents = await readContents(source, 'IDX', headLength, (head, info) => {
    shape = readHeader(head, info, rank)
  })
  return { shape, data: contents.subarray(headLength) }
}

/**
 * A dataset of grey images from an IDX file of images and one of labels, each plain or gzip. Plain bytes are
 * not copied.
 *
 * @throws FileFormatError where a file is not as it should be, a label has no class, or the counts differ.
 */
export async function readIdxDataset(files: IdxDatasetFiles): Promise<ImageDataset> {
  const { images, labels, name, classNames } = files
  const pixels = await readIdx(images, 3)
  const classes = await readIdx(labels, 1)
  const [count = 0, height = 0, width = 0] = pixels.shape
  const [labelCount = 0] = classes.shape
  for (const [field, size, offset] of [
    ['image height', height, 8],
    ['image width', width, 12],
  ] as const) {
    if (size === 0)
      throw new FileFormatError(
        { format: shownFormat(images, 'IDX'), file: images.file, field, offset },
        'is 0',
      )
  }
  if (labelCount !== count) {
    const place = {
      format: shownFormat(labels, 'IDX'),
      file: labels.file,
      field: 'number of labels',
      offset: 4,
    }
    throw new FileFormatError(place, `is ${labelCount}, but "${images.file}" has ${count} images`)
  }
  for (const [index, label] of classes.data.entries()) {
    if (label >= classNames.length) {
      const place = {
        format: shownFormat(labels, 'IDX'),
        file: labels.file,
        field: `label ${index}`,
        offset: 8 + index,
      }
      throw new FileFormatError(place, `is ${label}; ${name} has the classes 0 to ${classNames.length - 1}`)
    }
  }
  return imageDataset({
    name,
    images: pixels.data,
    labels: classes.data,
    channels: 1,
    height,
    width,
    classNames,
  })
}

/** The shape an IDX header states, which must account for every byte of the contents. */
function readHeader(head: Uint8Array, info: ContentsInfo, rank: number): readonly number[] {
  const { file, format } = info
  const headLength = 4 + 4 * rank
  const fail = (field: string, offset: number, problem: string): FileFormatError =>
    new FileFormatError({ format, file, field, offset }, problem)
  const [zero0, zero1, type = 0, dimensions = 0] = head
  if (head.length < 4) throw fail('magic number', 0, `takes 4 bytes, but there are ${head.length}`)
  if (zero0 !== 0 || zero1 !== 0) {
    throw fail('magic number', 0, `begins with bytes ${zero0} and ${zero1}, not 0 and 0: this is no IDX file`)
  }
  if (type !== 0x08) {
    const named = elementTypes[type] ?? 'no IDX type'
    throw fail('element type', 2, `is ${type} (${named}), must be 8 (unsigned byte)`)
  }
  if (dimensions !== rank) {
    const what = rank === 1 ? 'labels [N]' : rank === 3 ? 'images [N, H, W]' : 'this'
    throw fail('number of dimensions', 3, `is ${dimensions}, must be ${rank} for ${what}`)
  }
  if (head.length < headLength) {
    throw fail('header', head.length, `takes ${headLength} bytes, but there are ${head.length}`)
  }
  const view = new DataView(head.buffer, head.byteOffset, head.length)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expected = shape.reduce((product, size) => product * size, 1) + headLength
  if (expected !== info.length) throw wrongLength(info, expected, `the stated shape [${shape.join(', ')}]`)
  return shape
}
