import type { Shape } from '../graph/dtype.ts'
import type { ByteReader } from './byte-reader.ts'
import { FileFormatError, quote } from './format-error.ts'
import { elementCount } from './host-bytes.ts'
import { parseNpyDict } from './npy-dict.ts'
import { type StoredName, type StoredType, storedTypes } from './stored-type.ts'

/** `\x93NUMPY` */
export const npyMagic: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** Longer headers are refused: an array that samkit reads needs a hundred bytes or so. */
export const longestNpyHeader: number = 2 ** 20

/** What an npy header says of its array. */
export interface NpyHeader {
  /** The type as the file states it: `<f4`. */
  readonly descr: string
  readonly stored: StoredType
  readonly littleEndian: boolean
  /** Whether the first axis varies fastest in the data, as in Fortran. */
  readonly fortranOrder: boolean
  readonly shape: Shape
  readonly count: number
  /** Bytes before the data. */
  readonly dataStart: number
}

/** Where an npy stream stands: its own file, or an entry of an archive. */
export interface NpyPlace {
  readonly format: string
  readonly file: string
  /** Prefix of the fields that errors name: empty, or `entry "w.npy" `. */
  readonly within: string
}

const storedByCode: Readonly<Record<string, StoredName>> = {
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  b1: 'BOOL',
}

/**
 * Reads the header of an npy stream and checks that the data it promises is exactly what is left of the
 * stream. Throws a {@link FileFormatError} where it is not, or where the array is of a kind not read here.
 */
export async function readNpyHeader(reader: ByteReader, place: NpyPlace): Promise<NpyHeader> {
  const { format, file, within } = place
  const fail = (field: string, at: number, problem: string): FileFormatError =>
    new FileFormatError({ format, file, field: within + field, offset: reader.offsetOf(at) }, problem)

  const start = new Uint8Array(8)
  if (reader.length < 10) throw fail('magic', 0, `${reader.length} bytes are too few for an npy file`)
  await reader.read(start)
  if (npyMagic.some((byte, i) => start[i] !== byte)) throw fail('magic', 0, 'does not begin with \\x93NUMPY')
  const [major = 0, minor = 0] = start.subarray(6)
  if (major < 1 || major > 3 || minor !== 0) {
    throw fail('version', 6, `${major}.${minor} is not read here, expected 1.0, 2.0 or 3.0`)
  }
  const lengthBytes = major === 1 ? 2 : 4
  const textStart = 8 + lengthBytes
  if (reader.length < textStart) throw fail('header length', 8, 'the file ends before it')
  const lengthField = new Uint8Array(4)
  await reader.read(lengthField.subarray(0, lengthBytes))
  const length = new DataView(lengthField.buffer).getUint32(0, true)
  const available = reader.length - textStart
  if (length > available || length > longestNpyHeader) {
    const limit =
      length > available ? `the ${available} bytes that follow` : `the limit of ${longestNpyHeader}`
    throw fail('header length', 8, `${length} is more than ${limit}`)
  }
  const text = new Uint8Array(length)
  await reader.read(text)
  const dict = parseNpyDict(text, (at, problem) => fail('header', textStart + at, problem))

  const { descr, fortranOrder, shape } = dict
  const [order = '', code = ''] = [descr.value.slice(0, 1), descr.value.slice(1)]
  const name = Object.hasOwn(storedByCode, code) ? storedByCode[code] : undefined
  if (name === undefined || !/[<>|]/.test(order) || (order === '|' && storedTypes[name].width > 1)) {
    const readable = Object.keys(storedByCode).join(', ')
    const problem = `${quote(descr.value)} is not a type that samkit reads ("<" or ">", then ${readable})`
    throw fail('descr', textStart + descr.at, problem)
  }
  const stored = storedTypes[name]
  const count = elementCount(shape.value)
  const dataStart = textStart + length
  const left = reader.length - dataStart
  if (count === undefined || count * stored.width !== left) {
    const axes = shape.value
    const shown =
      axes.length > 16 ? `${axes.slice(0, 16).join(', ')}, … (${axes.length} axes)` : axes.join(', ')
    const takes = count === undefined ? 'more than 2^53' : count * stored.width
    const problem = `${descr.value} [${shown}] takes ${takes} bytes of data, but ${left} follow the header`
    throw fail('shape', textStart + shape.at, problem)
  }
  return {
    descr: descr.value,
    stored,
    littleEndian: order !== '>',
    fortranOrder: fortranOrder.value,
    shape: shape.value,
    count,
    dataStart,
  }
}
