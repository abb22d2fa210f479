import type { HostArray } from '../graph/dtype.ts'
import { type ArrayEntry, type ArrayFile, lookUp, type NamedArrays, namedEntries } from './array-file.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteSource } from './byte-source.ts'
import { encodeZip } from './encode-zip.ts'
import { quote } from './format-error.ts'
import { checkWritable } from './host-bytes.ts'
import { npyChunks, readNpy } from './npy.ts'
import { type NpyPlace, readNpyHeader } from './npy-header.ts'
import { entryField, readZipDirectory, type ZipEntry } from './zip-directory.ts'
import { isSuspect, openZipEntry, verifyZipEntry } from './zip-entry.ts'

const format = 'npz'
const suffix = '.npy'

/** An npz file, opened: its directory and headers are read, its arrays are read when asked for. */
export interface NpzFile extends ArrayFile {
  /** Entries that are not arrays, their names not ending in `.npy`, as the archive names them. */
  readonly others: readonly string[]
}

/**
 * Opens an npz file: a ZIP archive of npy files, stored or deflated, ZIP64 or not. An array's name is its
 * entry's without `.npy`, as in NumPy. Reads the archive's directory and each array's header, and no data.
 * Throws a `FileFormatError` when either breaks its format; `read` throws one when the data is damaged (its
 * CRC-32 is checked), of another length than stated, or does not convert, as in `decodeNpy`.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function openNpz(source: ByteSource): Promise<NpzFile> {
  const zipEntries = new Map<string, ZipEntry>()
  const others: string[] = []
  const entries = new Map<string, ArrayEntry>()
  for (const entry of await readZipDirectory(source)) {
    if (!entry.name.endsWith(suffix)) {
      others.push(entry.name)
      continue
    }
    const header = await withReader(source, entry, readNpyHeader)
    const name = entry.name.slice(0, -suffix.length)
    zipEntries.set(name, entry)
    entries.set(name, { dtype: header.stored.dtype, shape: header.shape, storedAs: header.descr })
  }
  const read = async (name: string): Promise<HostArray> => {
    const entry = lookUp(zipEntries, name, format, source.name)
    if (isSuspect(entry)) await verifyZipEntry(source, entry)
    return withReader(source, entry, readNpy)
  }
  return {
    entries,
    others,
    read,
    async readAll() {
      const arrays = new Map<string, HostArray>()
      for (const name of zipEntries.keys()) arrays.set(name, await read(name))
      return arrays
    },
    async close() {
      await source.close?.()
    },
  }
}

async function withReader<Result>(
  source: ByteSource,
  entry: ZipEntry,
  use: (reader: ByteReader, place: NpyPlace) => Promise<Result>,
): Promise<Result> {
  const reader = await openZipEntry(source, entry)
  try {
    return await use(reader, { format, file: source.name, within: `${entryField(entry.name)} ` })
  } finally {
    await reader.cancel()
  }
}

/** Options of {@link encodeNpz}. */
export interface NpzOptions {
  /**
   * Whether to deflate the arrays, where that makes them smaller. Trained weights shrink by a tenth or so.
   * @defaultValue `false`
   */
  readonly compress?: boolean
}

/**
 * Encodes arrays as an npz file, in chunks to be written one after another. Without `compress` the data chunks
 * are views of the arrays' own memory. The arrays must not change until the chunks are written. The same input
 * gives the same bytes: entries carry no time.
 *
 * Throws, before any chunk, when an array's data does not fit its shape and dtype, or a name is too long for an
 * archive (65,535 bytes) or not well-formed Unicode.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.savez.html
 */
export function encodeNpz(arrays: NamedArrays, options: NpzOptions = {}): AsyncIterable<Uint8Array> {
  const named = namedEntries(arrays)
  for (const [name, array] of named) {
    if (/\p{Surrogate}/u.test(name)) {
      throw new RangeError(`encodeNpz: the array name ${quote(name)} has half of a surrogate pair`)
    }
    if (new TextEncoder().encode(name + suffix).length > 0xffff) {
      throw new RangeError(`encodeNpz: the array name ${quote(name)} takes more than 65,535 bytes`)
    }
    checkWritable('encodeNpz', `array ${quote(name)}`, array)
  }
  const inputs = named.map(([name, array]) => ({ name: name + suffix, chunks: npyChunks(array) }))
  return encodeZip(inputs, options.compress ?? false)
}
