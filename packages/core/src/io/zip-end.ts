import { type ByteSource, readBytes } from './byte-source.ts'
import { FileFormatError } from './format-error.ts'
import { getUint64 } from './host-bytes.ts'
import { moved16, moved32, recordSizes, signatures } from './zip-format.ts'

/** The central directory of an archive: where it starts, its bytes, its entries. */
export interface ZipEnd {
  readonly start: number
  readonly size: number
  readonly count: number
  /** Where the record that says so stands. */
  readonly recordAt: number
}

const format = 'npz'

/**
 * Finds the central directory from the records at the end of the archive. Throws a {@link FileFormatError}
 * when there are none, they contradict each other, or the archive spans disks.
 */
export async function readZipEnd(source: ByteSource): Promise<ZipEnd> {
  const fail = (field: string, offset: number, problem: string): FileFormatError =>
    new FileFormatError({ format, file: source.name, field, offset }, problem)

  // The end record is last, but for a comment of up to 65,535 bytes.
  const tailSize = Math.min(source.size, recordSizes.end + 0xffff)
  const tail = await readBytes(source, source.size - tailSize, tailSize, format, 'end record')
  const at = findEnd(new DataView(tail.buffer))
  if (at < 0) throw fail('end record', source.size, 'not found: the file is truncated, or not a ZIP archive')
  const recordAt = source.size - tailSize + at
  const end = new DataView(tail.buffer, at, recordSizes.end)
  const short = {
    disks: [end.getUint16(4, true), end.getUint16(6, true)],
    counts: [end.getUint16(8, true), end.getUint16(10, true)],
    size: end.getUint32(12, true),
    start: end.getUint32(16, true),
  }
  const locatorAt = recordAt - recordSizes.locator64
  const long = await readEnd64(source, locatorAt, fail)

  const stated = long ?? { ...short, recordAt }
  const agrees = (a: number, b: number, moved: number): boolean =>
    a === b || (long !== undefined && a === moved)
  if (
    short.disks.some((disk, i) => !agrees(disk, stated.disks[i] ?? 0, moved16)) ||
    short.counts.some((count, i) => !agrees(count, stated.counts[i] ?? 0, moved16)) ||
    !agrees(short.size, stated.size, moved32) ||
    !agrees(short.start, stated.start, moved32)
  ) {
    throw fail('end record', recordAt, `contradicts the ZIP64 end record at byte ${stated.recordAt}`)
  }
  const [onThisDisk, count = 0] = stated.counts
  if (stated.disks.some((disk) => disk !== 0) || onThisDisk !== count) {
    throw fail('end record', stated.recordAt, 'the archive spans several disks, which is not read here')
  }
  if (stated.start + stated.size !== stated.recordAt) {
    const says = `a central directory of ${stated.size} bytes at byte ${stated.start}`
    throw fail('end record', stated.recordAt, `states ${says}, which does not end where this record starts`)
  }
  return { start: stated.start, size: stated.size, count, recordAt: stated.recordAt }
}

/** The last position whose signature fits and whose comment ends with the file, or -1. */
function findEnd(tail: DataView): number {
  for (let at = tail.byteLength - recordSizes.end; at >= 0; at--) {
    if (tail.getUint32(at, true) !== signatures.end) continue
    if (at + recordSizes.end + tail.getUint16(at + 20, true) === tail.byteLength) return at
  }
  return -1
}

interface End64 {
  readonly disks: readonly number[]
  readonly counts: readonly number[]
  readonly size: number
  readonly start: number
  readonly recordAt: number
}

/** The ZIP64 end record, which stands right before its locator, or `undefined` where there is no locator. */
async function readEnd64(
  source: ByteSource,
  locatorAt: number,
  fail: (field: string, offset: number, problem: string) => FileFormatError,
): Promise<End64 | undefined> {
  if (locatorAt < recordSizes.end64) return undefined
  const bytes = await readBytes(source, locatorAt, recordSizes.locator64, format, 'ZIP64 locator')
  const locator = new DataView(bytes.buffer)
  if (locator.getUint32(0, true) !== signatures.locator64) return undefined
  const recordAt = getUint64(locator, 8)
  if (locator.getUint32(4, true) !== 0 || locator.getUint32(16, true) > 1) {
    throw fail('ZIP64 locator', locatorAt, 'the archive spans several disks, which is not read here')
  }
  if (recordAt > locatorAt - recordSizes.end64) {
    throw fail('ZIP64 locator', locatorAt, `points to byte ${recordAt}, not to a record before it`)
  }
  const record = new DataView(
    (await readBytes(source, recordAt, recordSizes.end64, format, 'ZIP64 end record')).buffer,
  )
  if (record.getUint32(0, true) !== signatures.end64 || recordAt + 12 + getUint64(record, 4) !== locatorAt) {
    throw fail('ZIP64 end record', recordAt, 'is not one that ends where its locator starts')
  }
  return {
    disks: [record.getUint32(16, true), record.getUint32(20, true)],
    counts: [getUint64(record, 24), getUint64(record, 32)],
    size: getUint64(record, 40),
    start: getUint64(record, 48),
    recordAt,
  }
}
