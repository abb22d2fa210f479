import type { HostArray, TensorSpec } from '../graph/dtype.ts'
import { quote } from './format-error.ts'

/** What a file says about one of its arrays: `dtype` and `shape` as it will be in memory. */
export interface ArrayEntry extends TensorSpec {
  /** The element type in the file, in the format's own words: `BF16`, `>i8`. */
  readonly storedAs: string
}

/** A file of named arrays, opened. Arrays are read when asked for, one at a time. */
export interface ArrayFile {
  /** The arrays by name, in the file's order. */
  readonly entries: ReadonlyMap<string, ArrayEntry>
  /**
   * Reads one array. Throws a `RangeError` when the file has none of that name, a `FileFormatError` when its
   * data is not as the file states.
   */
  read(name: string): Promise<HostArray>
  /** Reads every array, in the file's order. */
  readAll(): Promise<Map<string, HostArray>>
  /** Closes the source. */
  close(): Promise<void>
}

/** Arrays by name, to be written in the order given. (A plain object lists names like `"7"` first.) */
export type NamedArrays = ReadonlyMap<string, HostArray> | Readonly<Record<string, HostArray>>

/** The names and arrays of `arrays`, in order. */
export function namedEntries(arrays: NamedArrays): [string, HostArray][] {
  return arrays instanceof Map ? [...arrays] : Object.entries(arrays)
}

/** The record of `name`, or a `RangeError` that lists the names there are. */
export function lookUp<Item>(
  records: ReadonlyMap<string, Item>,
  name: string,
  format: string,
  file: string,
): Item {
  const record = records.get(name)
  if (record !== undefined) return record
  const shown = [...records.keys()].slice(0, 8).map(quote).join(', ')
  const rest = records.size > 8 ? `, … (${records.size} in all)` : ''
  const has = records.size === 0 ? 'it holds no arrays' : `it holds ${shown}${rest}`
  throw new RangeError(`${format} ${quote(file)}: no array named ${quote(name)}: ${has}`)
}
