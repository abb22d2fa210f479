import { crc32 } from './crc32.ts'
import { deflate } from './deflate.ts'
import { extra64, flagBits, methods, moved16, moved32, recordSizes, signatures } from './zip-format.ts'

/** A file to put in an archive: its bytes in pieces. */
export interface ZipInput {
  readonly name: string
  readonly chunks: readonly Uint8Array[]
}

/** An entry as written, for the central directory. */
interface Written {
  readonly name: Uint8Array
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly compressedSize: number
  readonly start: number
}

/** 1 January 1980, the first day the format knows: an archive's bytes do not depend on when it was made. */
const date = 0x21

/** Versions of the format that a reader needs: 2.0, or 4.5 for ZIP64. */
const versions = { plain: 20, zip64: 45 } as const

/**
 * Encodes a ZIP archive, in chunks to be written one after another. With `compress`, entries that deflate makes
 * smaller are deflated, which takes memory for one packed entry at a time. Sizes and offsets from `zip64From` on
 * are written as ZIP64.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function* encodeZip(
  inputs: Iterable<ZipInput>,
  compress: boolean,
  zip64From: number = moved32,
): AsyncGenerator<Uint8Array, void> {
  const entries: Written[] = []
  let at = 0
  for (const { name, chunks } of inputs) {
    const size = totalLength(chunks)
    const packed = compress ? await deflate(chunks) : undefined
    const smaller = packed !== undefined && totalLength(packed) < size ? packed : undefined
    const entry: Written = {
      name: new TextEncoder().encode(name),
      method: smaller === undefined ? methods.stored : methods.deflated,
      crc: chunks.reduce((crc, chunk) => crc32(chunk, crc), 0),
      size,
      compressedSize: totalLength(smaller ?? chunks),
      start: at,
    }
    const header = localHeader(entry, zip64From)
    yield header
    yield* smaller ?? chunks
    at += header.length + entry.compressedSize
    entries.push(entry)
  }
  let directorySize = 0
  for (const entry of entries) {
    const record = centralRecord(entry, zip64From)
    yield record
    directorySize += record.length
  }
  yield endRecords(entries.length, directorySize, at, zip64From)
}

function totalLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0)
}

/** The ZIP64 extra field with `values`, empty when there are none. */
function extraField(values: readonly number[]): Uint8Array {
  if (values.length === 0) return new Uint8Array()
  const view = new DataView(new ArrayBuffer(4 + 8 * values.length))
  view.setUint16(0, extra64, true)
  view.setUint16(2, 8 * values.length, true)
  values.forEach((value, i) => {
    view.setBigUint64(4 + 8 * i, BigInt(value), true)
  })
  return new Uint8Array(view.buffer)
}

function join(fixed: DataView<ArrayBuffer>, ...rest: readonly Uint8Array[]): Uint8Array {
  const parts = [new Uint8Array(fixed.buffer), ...rest]
  const joined = new Uint8Array(totalLength(parts))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Writes the fields that the local and the central record share, in the order both have them. */
function setCommon(
  view: DataView,
  at: number,
  entry: Written,
  wide: boolean,
  sizes: readonly number[],
): void {
  const [compressedSize = 0, size = 0] = sizes
  view.setUint16(at, wide ? versions.zip64 : versions.plain, true)
  view.setUint16(at + 2, flagBits.utf8, true)
  view.setUint16(at + 4, entry.method, true)
  view.setUint16(at + 8, date, true)
  view.setUint32(at + 10, entry.crc, true)
  view.setUint32(at + 14, compressedSize, true)
  view.setUint32(at + 18, size, true)
  view.setUint16(at + 22, entry.name.length, true)
}

function localHeader(entry: Written, zip64From: number): Uint8Array {
  const { size, compressedSize, name } = entry
  // Here, unlike in the central record, both sizes move together.
  const wide = size >= zip64From || compressedSize >= zip64From
  const extra = extraField(wide ? [size, compressedSize] : [])
  const view = new DataView(new ArrayBuffer(recordSizes.local))
  view.setUint32(0, signatures.local, true)
  setCommon(view, 4, entry, wide, wide ? [moved32, moved32] : [compressedSize, size])
  view.setUint16(28, extra.length, true)
  return join(view, name, extra)
}

function centralRecord(entry: Written, zip64From: number): Uint8Array {
  const { size, compressedSize, start, name } = entry
  const extra = extraField([size, compressedSize, start].filter((value) => value >= zip64From))
  const narrow = (value: number): number => (value >= zip64From ? moved32 : value)
  const view = new DataView(new ArrayBuffer(recordSizes.central))
  view.setUint32(0, signatures.central, true)
  view.setUint16(4, versions.zip64, true)
  setCommon(view, 6, entry, extra.length > 0, [narrow(compressedSize), narrow(size)])
  view.setUint16(30, extra.length, true)
  view.setUint32(42, narrow(start), true)
  return join(view, name, extra)
}

function endRecords(
  count: number,
  directorySize: number,
  directoryStart: number,
  zip64From: number,
): Uint8Array {
  const wide =
    count >= Math.min(moved16, zip64From) || directorySize >= zip64From || directoryStart >= zip64From
  const end = new DataView(new ArrayBuffer(recordSizes.end))
  end.setUint32(0, signatures.end, true)
  end.setUint16(8, wide ? moved16 : count, true)
  end.setUint16(10, wide ? moved16 : count, true)
  end.setUint32(12, wide ? moved32 : directorySize, true)
  end.setUint32(16, wide ? moved32 : directoryStart, true)
  if (!wide) return new Uint8Array(end.buffer)

  const end64 = new DataView(new ArrayBuffer(recordSizes.end64))
  end64.setUint32(0, signatures.end64, true)
  end64.setBigUint64(4, BigInt(recordSizes.end64 - 12), true)
  end64.setUint16(12, versions.zip64, true)
  end64.setUint16(14, versions.zip64, true)
  end64.setBigUint64(24, BigInt(count), true)
  end64.setBigUint64(32, BigInt(count), true)
  end64.setBigUint64(40, BigInt(directorySize), true)
  end64.setBigUint64(48, BigInt(directoryStart), true)
  const locator = new DataView(new ArrayBuffer(recordSizes.locator64))
  locator.setUint32(0, signatures.locator64, true)
  locator.setBigUint64(8, BigInt(directoryStart + directorySize), true)
  locator.setUint32(16, 1, true)
  return join(end64, new Uint8Array(locator.buffer), new Uint8Array(end.buffer))
}
