import type { Shape } from '../graph/dtype.ts'
import { FileFormatError, quote } from './format-error.ts'
import { elementCount } from './host-bytes.ts'
import { JsonCursor } from './json-cursor.ts'
import { type StoredName, storedTypes } from './stored-type.ts'

/** Bytes before the header: its length, an unsigned 64-bit integer. */
export const headerStart = 8

/** The reference implementation's limit on the header, in bytes. */
export const longestHeader = 100_000_000

/** What a header says of one tensor. `start` is counted from the start of the file. */
interface TensorRecord {
  readonly storedAs: StoredName
  readonly shape: Shape
  readonly count: number
  readonly start: number
}

/** A header that has been checked: every tensor lies in the file, with no gap and no overlap. */
export interface SafetensorsHeader {
  readonly metadata: ReadonlyMap<string, string>
  readonly records: ReadonlyMap<string, TensorRecord>
}

/** One tensor's fields as they stand in the JSON, with where they stand. */
interface RawRecord {
  readonly field: string
  readonly storedAs: StoredName
  readonly shape: readonly number[]
  readonly shapeAt: number
  readonly offsets: readonly number[]
  readonly offsetsAt: number
}

/**
 * Parses and checks the JSON header `bytes` of the file `file`, whose data takes `dataSize` bytes.
 * Throws a {@link FileFormatError} at the first thing that breaks the format.
 */
export function parseSafetensorsHeader(bytes: Uint8Array, file: string, dataSize: number): SafetensorsHeader {
  let field = 'header'
  const fail = (at: number, problem: string, where = field): FileFormatError =>
    new FileFormatError({ format: 'safetensors', file, field: where, offset: headerStart + at }, problem)
  const cursor = new JsonCursor(bytes, fail)
  const metadata = new Map<string, string>()
  const raw = new Map<string, RawRecord>()
  // The format wants the brace first; JSON alone would allow spaces before it.
  if (bytes[0] !== 0x7b) throw fail(0, 'the header must begin with "{"')
  cursor.members((name, nameAt) => {
    if (name === '__metadata__') {
      field = '__metadata__'
      cursor.members((key) => metadata.set(key, cursor.string()))
    } else {
      field = `tensor ${quote(name)}`
      raw.set(name, parseRecord(cursor, field, nameAt, fail))
    }
    field = 'header'
  })
  cursor.end()
  const dataStart = headerStart + bytes.length
  const records = new Map<string, TensorRecord>()
  for (const [name, record] of raw) records.set(name, checkRecord(record, dataStart, dataSize, fail))
  checkNoGaps(raw, dataSize, fail)
  return { metadata, records }
}

type Fail = (at: number, problem: string, field?: string) => FileFormatError

function parseRecord(cursor: JsonCursor, field: string, nameAt: number, fail: Fail): RawRecord {
  let storedAs: StoredName | undefined
  let shape: number[] | undefined
  let shapeAt = 0
  let offsets: number[] | undefined
  let offsetsAt = 0
  const numbers = (): number[] => {
    const list: number[] = []
    cursor.items(() => list.push(cursor.wholeNumber()))
    return list
  }
  cursor.members((key, keyAt) => {
    if (key === 'dtype') {
      const name = cursor.string()
      if (!isStoredName(name)) {
        const readable = Object.keys(storedTypes).join(', ')
        throw fail(keyAt, `${quote(name)} is not a dtype that samkit reads (${readable})`, `${field} dtype`)
      }
      storedAs = name
    } else if (key === 'shape') {
      shapeAt = keyAt
      shape = numbers()
    } else if (key === 'data_offsets') {
      offsetsAt = keyAt
      offsets = numbers()
    } else {
      throw fail(keyAt, `unknown key ${quote(key)}, expected "dtype", "shape" and "data_offsets"`)
    }
  })
  if (storedAs === undefined) throw fail(nameAt, 'has no "dtype"')
  if (shape === undefined) throw fail(nameAt, 'has no "shape"')
  if (offsets === undefined) throw fail(nameAt, 'has no "data_offsets"')
  return { field, storedAs, shape, shapeAt, offsets, offsetsAt }
}

function isStoredName(name: string): name is StoredName {
  return Object.hasOwn(storedTypes, name)
}

function checkRecord(record: RawRecord, dataStart: number, dataSize: number, fail: Fail): TensorRecord {
  const { field, storedAs, shape, offsets, offsetsAt } = record
  const offsetsField = `${field} data_offsets`
  const [begin, end] = offsets
  if (begin === undefined || end === undefined || offsets.length !== 2) {
    throw fail(offsetsAt, `expected [begin, end], found ${offsets.length} numbers`, offsetsField)
  }
  const range = `[${begin}, ${end}]`
  if (begin > end) throw fail(offsetsAt, `${range} ends before it begins`, offsetsField)
  if (end > dataSize) {
    const fileSize = dataStart + dataSize
    throw fail(
      offsetsAt,
      `${range} counted from byte ${dataStart} ends past the file's ${fileSize} bytes`,
      offsetsField,
    )
  }
  const count = elementCount(shape)
  const { width } = storedTypes[storedAs]
  if (count === undefined || count * width !== end - begin) {
    const shown = shape.length > 16 ? `${shape.slice(0, 16)}, … (${shape.length} axes)` : shape.join(', ')
    const bytes = count === undefined ? 'more than 2^53' : count * width
    throw fail(
      record.shapeAt,
      `${storedAs} [${shown}] takes ${bytes} bytes, but data_offsets ${range} give it ${end - begin}`,
      `${field} shape`,
    )
  }
  return { storedAs, shape, count, start: dataStart + begin }
}

/** The data must be covered exactly: ranges in order, each beginning where the one before ends. */
function checkNoGaps(records: ReadonlyMap<string, RawRecord>, dataSize: number, fail: Fail): void {
  const ranges = [...records.values()].map(({ field, offsets, offsetsAt }) => ({
    field: `${field} data_offsets`,
    at: offsetsAt,
    begin: offsets[0] ?? 0,
    end: offsets[1] ?? 0,
  }))
  ranges.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  for (const { field, at, begin, end } of ranges) {
    if (begin !== covered) {
      const what =
        begin < covered ? 'overlaps the tensor before it, which ends' : 'leaves a gap after the data'
      throw fail(at, `[${begin}, ${end}] ${what} at ${covered}`, field)
    }
    covered = end
  }
  if (covered !== dataSize) {
    throw fail(0, `the tensors cover ${covered} bytes of data, but the file has ${dataSize}`, 'header')
  }
}
