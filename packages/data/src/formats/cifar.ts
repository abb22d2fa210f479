import { FileFormatError } from '@samkit/core'
import { cifar10Classes, cifar100CoarseClasses, cifar100FineClasses } from '../class-names.ts'
import { type ImageDataset, imageDataset } from '../dataset.ts'
import { type NamedBytes, readContents, shownFormat, wrongLength } from './contents.ts'

/** Which of CIFAR's labellings to read: the 10 classes, or the 100 fine or 20 coarse classes of CIFAR-100. */
export type CifarLabels = 'cifar10' | 'fine' | 'coarse'

interface Labelling {
  /** The labels before an image's pixels, each a byte. */
  readonly fields: readonly { readonly name: string; readonly classNames: readonly string[] }[]
  /** Which of them is read. */
  readonly pick: number
}

const fine = { name: 'fine label', classNames: cifar100FineClasses }
const coarse = { name: 'coarse label', classNames: cifar100CoarseClasses }
const labellings: Readonly<Record<CifarLabels, Labelling>> = {
  cifar10: { fields: [{ name: 'label', classNames: cifar10Classes }], pick: 0 },
  coarse: { fields: [coarse, fine], pick: 0 },
  fine: { fields: [coarse, fine], pick: 1 },
}

const channels = 3
const side = 32
const pixels = channels * side * side

/**
 * A dataset from files of CIFAR's binary version, plain or gzip, joined in the order given. A record is one
 * label byte (CIFAR-100: coarse, then fine) and 3072 pixels, `[C, H, W]` with C red, green, blue.
 *
 * @throws FileFormatError where a file is not a whole number of records, is damaged, or a label has no class.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function readCifarDataset(
  files: readonly NamedBytes[],
  labels: CifarLabels,
  name: string,
): Promise<ImageDataset> {
  const parts: { images: Uint8Array; labels: Uint8Array }[] = []
  for (const file of files) parts.push(await readRecords(file, labellings[labels]))
  const { fields, pick } = labellings[labels]
  return imageDataset({
    name,
    images: joined(parts.map((part) => part.images)),
    labels: joined(parts.map((part) => part.labels)),
    channels,
    height: side,
    width: side,
    classNames: fields[pick]?.classNames ?? [],
  })
}

/** The images and the picked labels of one file. */
async function readRecords(
  source: NamedBytes,
  { fields, pick }: Labelling,
): Promise<{ images: Uint8Array; labels: Uint8Array }> {
  const recordBytes = fields.length + pixels
  const format = `CIFAR-${fields.length === 1 ? 10 : 100}`
  const contents = await readContents(source, format, 0, (_, info) => {
    const whole = Math.max(1, Math.ceil(info.length / recordBytes))
    if (whole * recordBytes !== info.length) {
      throw wrongLength(info, whole * recordBytes, `a file of ${whole} records, ${recordBytes} bytes each,`)
    }
  })
  const count = contents.length / recordBytes
  const images = new Uint8Array(count * pixels)
  const labels = new Uint8Array(count)
  for (let record = 0; record < count; record++) {
    const start = record * recordBytes
    for (const [position, { name, classNames }] of fields.entries()) {
      const label = contents[start + position] ?? 0
      if (label >= classNames.length) {
        const place = {
          format: shownFormat(source, format),
          file: source.file,
          field: `${name} of record ${record}`,
          offset: start + position,
        }
        throw new FileFormatError(place, `is ${label}, must be from 0 to ${classNames.length - 1}`)
      }
    }
    labels[record] = contents[start + pick] ?? 0
    images.set(contents.subarray(start + fields.length, start + recordBytes), record * pixels)
  }
  return { images, labels }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
