import { type ByteSource, readBytes } from './byte-source.ts'
import { FileFormatError, quote } from './format-error.ts'
import { getUint64 } from './host-bytes.ts'
import { readZipEnd } from './zip-end.ts'
import { extra64, flagBits, methods, moved32, recordSizes, signatures } from './zip-format.ts'

/** An entry of a ZIP archive, as its central directory states it. */
export interface ZipEntry {
  readonly name: string
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly compressedSize: number
  readonly size: number
  /** Where its local header starts. */
  readonly start: number
  /** Where the next entry or the directory starts: its data ends here at the latest. */
  readonly limit: number
}

const format = 'npz'

/** No deflate stream unpacks to more than 1032 times its size: 258 bytes from each 2 bits. */
const deflateRatio = 1032

type Fail = (field: string, offset: number, problem: string) => FileFormatError

/**
 * Reads the central directory of a ZIP archive, ZIP64 included. Throws a {@link FileFormatError} when it is
 * damaged, or has entries that are encrypted, compressed otherwise than by deflate, of an impossible size,
 * overlapping, or of the same name.
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const fail: Fail = (field, offset, problem) =>
    new FileFormatError({ format, file: source.name, field, offset }, problem)
  const end = await readZipEnd(source)
  const bytes = await readBytes(source, end.start, end.size, format, 'central directory')
  const entries: ZipEntry[] = []
  const names = new Set<string>()
  for (let at = 0; at < bytes.length; ) {
    const { entry, next } = readEntry(bytes, at, end.start + at, fail)
    if (names.has(entry.name)) throw fail(entryField(entry.name), end.start + at, 'occurs twice')
    names.add(entry.name)
    entries.push(entry)
    at = next
  }
  if (entries.length !== end.count) {
    throw fail('end record', end.recordAt, `states ${end.count} entries, the directory has ${entries.length}`)
  }
  return withLimits(entries, end.start, fail)
}

/** How errors name an entry. */
export function entryField(name: string): string {
  return `entry ${quote(name)}`
}

function readEntry(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  offset: number,
  fail: Fail,
): { entry: ZipEntry; next: number } {
  const fixed = recordSizes.central
  const view = new DataView(bytes.buffer, at, Math.min(fixed, bytes.length - at))
  if (view.byteLength < fixed || view.getUint32(0, true) !== signatures.central) {
    throw fail('central directory', offset, 'no entry where one should start')
  }
  const extraAt = at + fixed + view.getUint16(28, true)
  const commentAt = extraAt + view.getUint16(30, true)
  const next = commentAt + view.getUint16(32, true)
  if (next > bytes.length) throw fail('central directory', offset, 'the entry runs past the directory')
  const name = decodeName(bytes.subarray(at + fixed, extraAt), offset, fail)
  const field = entryField(name)
  const wide = {
    size: view.getUint32(24, true),
    compressedSize: view.getUint32(20, true),
    start: view.getUint32(42, true),
  }
  const sizes = resolve64(wide, bytes.subarray(extraAt, commentAt), (problem) => fail(field, offset, problem))
  const disk = view.getUint16(34, true)
  const entry = {
    name,
    flags: view.getUint16(8, true),
    method: view.getUint16(10, true),
    crc: view.getUint32(16, true),
    ...sizes,
    limit: 0,
  }
  if (disk !== 0) throw fail(field, offset, `is on disk ${disk}, only archives of one disk are read`)
  checkReadable(entry, field, offset, fail)
  return { entry, next }
}

function checkReadable(entry: ZipEntry, field: string, offset: number, fail: Fail): void {
  const { flags, method, size, compressedSize } = entry
  if (flags & (flagBits.encrypted | flagBits.strongEncryption | flagBits.masked)) {
    throw fail(field, offset, 'is encrypted')
  }
  if (method !== methods.stored && method !== methods.deflated) {
    throw fail(field, offset, `has compression method ${method}, only 0 (stored) and 8 (deflate) are read`)
  }
  if (method === methods.stored && size !== compressedSize) {
    throw fail(
      field,
      offset,
      `is stored, but states ${compressedSize} bytes in the file and ${size} unpacked`,
    )
  }
  if (size > deflateRatio * compressedSize) {
    throw fail(field, offset, `states ${size} bytes, more than ${compressedSize} bytes of deflate can hold`)
  }
}

function decodeName(bytes: Uint8Array, offset: number, fail: Fail): string {
  try {
    // Flagged or not: ASCII is the same either way, and unflagged names on Unix are UTF-8 in practice.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fail('entry name', offset + recordSizes.central, 'not valid UTF-8')
  }
}

interface Sizes {
  readonly size: number
  readonly compressedSize: number
  readonly start: number
}

/** Replaces the fields that were moved to the ZIP64 extra field, where they stand in this order. */
function resolve64(
  { size, compressedSize, start }: Sizes,
  extra: Uint8Array,
  fail: (problem: string) => Error,
): Sizes {
  const moved = findExtra64(extra)
  let at = 0
  const resolve = (value: number): number => {
    if (value !== moved32) return value
    if (moved === undefined || at + 8 > moved.byteLength) {
      throw fail('has a field moved to a ZIP64 extra field that is not there')
    }
    at += 8
    return getUint64(moved, at - 8)
  }
  return { size: resolve(size), compressedSize: resolve(compressedSize), start: resolve(start) }
}

/** The ZIP64 extra field among an entry's extra fields. Others are of no interest here, even when malformed. */
function findExtra64(extra: Uint8Array): DataView | undefined {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length)
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true)
    if (view.getUint16(at, true) === extra64 && at + 4 + length <= extra.length) {
      return new DataView(extra.buffer, extra.byteOffset + at + 4, length)
    }
    at += 4 + length
  }
  return undefined
}

/** Sets each entry's `limit`, refusing entries that overlap: one small file could pass for many large ones. */
function withLimits(entries: readonly ZipEntry[], directoryStart: number, fail: Fail): ZipEntry[] {
  const byStart = [...entries].sort((a, b) => a.start - b.start)
  const limits = new Map<string, number>()
  byStart.forEach((entry, i) => {
    const limit = byStart[i + 1]?.start ?? directoryStart
    if (entry.start + recordSizes.local + entry.compressedSize > limit) {
      const what = i + 1 < byStart.length ? 'the next entry' : 'the central directory'
      throw fail(
        entryField(entry.name),
        entry.start,
        `${entry.compressedSize} bytes of data run into ${what} at byte ${limit}`,
      )
    }
    limits.set(entry.name, limit)
  })
  return entries.map((entry) => ({ ...entry, limit: limits.get(entry.name) ?? directoryStart }))
}
