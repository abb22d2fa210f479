import type { HostArray } from '../graph/dtype.ts'
import { type ArrayEntry, type ArrayFile, lookUp } from './array-file.ts'
import { rangeReader } from './byte-reader.ts'
import { type ByteSource, readBytes } from './byte-source.ts'
import { FileFormatError, quote } from './format-error.ts'
import { getUint64 } from './host-bytes.ts'
import { headerStart, longestHeader, parseSafetensorsHeader } from './safetensors-header.ts'
import { readElements, storedTypes } from './stored-type.ts'

const format = 'safetensors'

/** A safetensors file, opened: its header is read and checked, its tensors are read when asked for. */
export interface SafetensorsFile extends ArrayFile {
  /** The strings under `__metadata__`, empty when there are none. */
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * Opens a safetensors file: reads its header, and no data. `F16` and `BF16` are read as f32, integers of
 * other widths as i32. Throws a {@link FileFormatError} when the header breaks the format in any way, or
 * names bytes outside the file; `read` throws one when an integer does not fit i32 or a bool is not 0 or 1.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const file = source.name
  const prefix = await readBytes(source, 0, headerStart, format, 'header length')
  const length = getUint64(new DataView(prefix.buffer), 0)
  const available = source.size - headerStart
  if (length > available || length > longestHeader) {
    const limit = length > available ? `the ${available} bytes that follow` : `the limit of ${longestHeader}`
    const place = { format, file, field: 'header length', offset: 0 }
    throw new FileFormatError(place, `${length} is more than ${limit}`)
  }
  const header = await readBytes(source, headerStart, length, format, 'header')
  const { metadata, records } = parseSafetensorsHeader(header, file, available - length)

  const entries = new Map<string, ArrayEntry>()
  for (const [name, { storedAs, shape }] of records) {
    entries.set(name, { dtype: storedTypes[storedAs].dtype, shape, storedAs })
  }
  const read = async (name: string): Promise<HostArray> => {
    const { storedAs, shape, count, start } = lookUp(records, name, format, file)
    const stored = storedTypes[storedAs]
    const field = `tensor ${quote(name)}`
    const reader = rangeReader(source, start, count * stored.width, format, field)
    const data = await readElements(reader, stored, count, true, { format, file, field, start: 0 })
    return { dtype: stored.dtype, shape, data }
  }
  return {
    metadata,
    entries,
    read,
    async readAll() {
      const arrays = new Map<string, HostArray>()
      for (const name of records.keys()) arrays.set(name, await read(name))
      return arrays
    },
    async close() {
      await source.close?.()
    },
  }
}
