import { type ByteReader, rangeReader } from './byte-reader.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { crc32 } from './crc32.ts'
import { FileFormatError } from './format-error.ts'
import { inflateReader } from './inflate.ts'
import { entryField, type ZipEntry } from './zip-directory.ts'
import { flagBits, methods, moved32, recordSizes, signatures } from './zip-format.ts'

const format = 'npz'

/** An entry that unpacks to more than this many times its size is checked before memory is set aside for it. */
const usualRatio = 16

/**
 * Opens an entry for reading. Throws a {@link FileFormatError} when its local header contradicts the directory;
 * the reader throws one when the data is not as long as stated or does not match its CRC-32.
 */
export async function openZipEntry(source: ByteSource, entry: ZipEntry): Promise<ByteReader> {
  const dataStart = await readLocalHeader(source, entry)
  return checkedReader(source, entry, dataStart)
}

/**
 * Whether the entry's stated size is out of proportion to its size in the file, so that it should be read to
 * its end once, keeping nothing, before the stated size is believed.
 */
export function isSuspect(entry: ZipEntry): boolean {
  return entry.size > usualRatio * entry.compressedSize + 2 ** 20
}

/** Reads the entry to its end, keeping nothing. */
export async function verifyZipEntry(source: ByteSource, entry: ZipEntry): Promise<void> {
  const reader = await openZipEntry(source, entry)
  const piece = new Uint8Array(Math.min(entry.size, 2 ** 16))
  try {
    for (let left = entry.size; left > 0; left -= piece.length) {
      await reader.read(left < piece.length ? piece.subarray(0, left) : piece)
    }
    await reader.finish()
  } finally {
    await reader.cancel()
  }
}

async function readLocalHeader(source: ByteSource, entry: ZipEntry): Promise<number> {
  const field = entryField(entry.name)
  const fail = (problem: string): FileFormatError =>
    new FileFormatError(
      { format, file: source.name, field: `${field} local header`, offset: entry.start },
      problem,
    )
  const fixed = await readBytes(source, entry.start, recordSizes.local, format, field)
  const view = new DataView(fixed.buffer)
  if (view.getUint32(0, true) !== signatures.local) throw fail('is not there')
  const nameLength = view.getUint16(26, true)
  const nameStart = entry.start + recordSizes.local
  const dataStart = nameStart + nameLength + view.getUint16(28, true)
  if (dataStart + entry.compressedSize > entry.limit) {
    throw fail(`the data it begins runs past byte ${entry.limit}, where something else starts`)
  }
  const name = new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    await readBytes(source, nameStart, nameLength, format, field),
  )
  // Sizes may be left out here: written after the data (then zero), or moved to the ZIP64 extra field.
  const after = view.getUint16(6, true) & flagBits.sizesAfterData
  const agrees = (local: number, central: number): boolean =>
    local === central || local === moved32 || (after !== 0 && local === 0)
  if (
    name !== entry.name ||
    view.getUint16(8, true) !== entry.method ||
    (view.getUint32(14, true) !== entry.crc && after === 0) ||
    !agrees(view.getUint32(18, true), entry.compressedSize) ||
    !agrees(view.getUint32(22, true), entry.size)
  ) {
    throw fail('contradicts the central directory')
  }
  return dataStart
}

function checkedReader(source: ByteSource, entry: ZipEntry, dataStart: number): ByteReader {
  const field = entryField(entry.name)
  const reader =
    entry.method === methods.deflated
      ? inflateReader(source, dataStart, entry.compressedSize, entry.size, format, field)
      : rangeReader(source, dataStart, entry.size, format, field)
  let crc = 0
  return {
    ...reader,
    async read(target) {
      await reader.read(target)
      crc = crc32(target, crc)
    },
    async finish() {
      await reader.finish()
      if (crc === entry.crc) return
      const place = { format, file: source.name, field, offset: dataStart }
      const [found, stated] = [crc, entry.crc].map((value) => value.toString(16).padStart(8, '0'))
      throw new FileFormatError(
        place,
        `the data's CRC-32 is ${found}, the directory states ${stated}: it is damaged`,
      )
    },
  }
}
