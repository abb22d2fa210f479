import type { HostArray } from '../graph/dtype.ts'
import { type NamedArrays, namedEntries } from './array-file.ts'
import { quote } from './format-error.ts'
import { checkWritable, littleEndianBytes } from './host-bytes.ts'
import { headerStart, longestHeader } from './safetensors-header.ts'
import type { StoredName } from './stored-type.ts'

/** The widest element. With the header padded to it, data that holds the widest elements first is aligned. */
const alignment = 8

/** Options of {@link encodeSafetensors}. */
export interface SafetensorsOptions {
  /** Strings to keep with the tensors, under `__metadata__`. */
  readonly metadata?: ReadonlyMap<string, string> | Readonly<Record<string, string>>
}

const storedNames = { f32: 'F32', f64: 'F64', i32: 'I32', bool: 'BOOL' } as const satisfies Record<
  HostArray['dtype'],
  StoredName
>

/**
 * Encodes arrays as a safetensors file, in chunks to be written one after another. The chunks are views of the
 * arrays' own memory: nothing is copied, and the arrays must not change until the chunks are written.
 *
 * The header lists the arrays in the order given. The data starts at a multiple of 8 bytes and holds the widest
 * elements first, so that every array is aligned to its element size. The same input gives the same bytes.
 *
 * Throws, before any chunk, when an array's data does not fit its shape and dtype, a name is `__metadata__`, or
 * a name or metadata string is not well-formed Unicode.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(
  arrays: NamedArrays,
  options: SafetensorsOptions = {},
): Iterable<Uint8Array> {
  const named = namedEntries(arrays)
  for (const [name, array] of named) {
    checkText('array name', name)
    if (name === '__metadata__') {
      throw new RangeError('encodeSafetensors: the format keeps the name "__metadata__" for its metadata')
    }
    checkWritable('encodeSafetensors', `array ${quote(name)}`, array)
  }
  const byWidth = [...named].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  let dataSize = 0
  const placed = new Map<string, Range>()
  for (const [name, { data }] of byWidth) {
    placed.set(name, [dataSize, dataSize + data.byteLength])
    dataSize += data.byteLength
  }
  return [encodeHeader(named, placed, options), ...byWidth.map(([, { data }]) => littleEndianBytes(data))]
}

type Range = readonly [begin: number, end: number]

function encodeHeader(
  named: readonly [string, HostArray][],
  placed: ReadonlyMap<string, Range>,
  { metadata = {} }: SafetensorsOptions,
): Uint8Array {
  // Written out by hand: an object would list names like "7" first and lose "__proto__".
  const members: string[] = []
  const strings = metadata instanceof Map ? [...metadata] : Object.entries(metadata)
  const pairs = strings.map(([key, value]) => {
    checkText('metadata key', key)
    checkText('metadata value', value)
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`
  })
  if (pairs.length > 0) members.push(`"__metadata__":{${pairs.join(',')}}`)
  for (const [name, { dtype, shape }] of named) {
    const fields = `"dtype":"${storedNames[dtype]}","shape":[${shape}],"data_offsets":[${placed.get(name)}]`
    members.push(`${JSON.stringify(name)}:{${fields}}`)
  }
  const json = new TextEncoder().encode(`{${members.join(',')}}`)
  const length = Math.ceil(json.length / alignment) * alignment
  if (length > longestHeader) {
    throw new RangeError(
      `encodeSafetensors: the header takes ${length} bytes, past the limit of ${longestHeader}`,
    )
  }
  const header = new Uint8Array(headerStart + length).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true)
  header.set(json, headerStart)
  return header
}

function checkText(what: string, text: unknown): void {
  if (typeof text !== 'string') {
    throw new TypeError(`encodeSafetensors: a ${what} must be a string, got ${typeof text}`)
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new RangeError(`encodeSafetensors: the ${what} ${quote(text)} has half of a surrogate pair`)
  }
}
