import { allocate, type DType, type TypedArray } from '../graph/dtype.ts'
import type { ByteReader } from './byte-reader.ts'
import { FileFormatError } from './format-error.ts'
import { bytesOf, hostIsLittleEndian, swapBytes } from './host-bytes.ts'

/** How a file stores an element, and the dtype it is read as. */
export interface StoredType {
  /** Bytes an element takes in the file. */
  readonly width: number
  /** The dtype it becomes in memory. */
  readonly dtype: DType
  /** The value of the element at byte `at`. Absent where the file's bytes are the dtype's own. */
  readonly convert?: (view: DataView, at: number, littleEndian: boolean) => number
}

/** The element types that samkit reads, by their safetensors names. */
export type StoredName =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U64'
  | 'U32'
  | 'U16'
  | 'U8'
  | 'BOOL'

const scratch = new DataView(new ArrayBuffer(4))

function f32FromBits(bits: number): number {
  scratch.setUint32(0, bits)
  return scratch.getFloat32(0)
}

/** IEEE-754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
function f32FromHalf(bits: number): number {
  const sign = (bits & 0x8000) << 16
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return (sign < 0 ? -1 : 1) * fraction * 2 ** -24
  const wide = exponent === 31 ? 255 : exponent + 127 - 15
  return f32FromBits(sign | (wide << 23) | (fraction << 13))
}

function wide64(view: DataView, at: number, littleEndian: boolean, signed: boolean): number {
  const low = view.getUint32(littleEndian ? at : at + 4, littleEndian)
  const highAt = littleEndian ? at + 4 : at
  const high = signed ? view.getInt32(highAt, littleEndian) : view.getUint32(highAt, littleEndian)
  return high * 2 ** 32 + low
}

/** Every {@link StoredName} with its width, its dtype in memory and how to convert one element. */
export const storedTypes: Readonly<Record<StoredName, StoredType>> = {
  F64: { width: 8, dtype: 'f64' },
  F32: { width: 4, dtype: 'f32' },
  F16: { width: 2, dtype: 'f32', convert: (view, at, little) => f32FromHalf(view.getUint16(at, little)) },
  BF16: {
    width: 2,
    dtype: 'f32',
    convert: (view, at, little) => f32FromBits(view.getUint16(at, little) << 16),
  },
  I64: { width: 8, dtype: 'i32', convert: (view, at, little) => wide64(view, at, little, true) },
  I32: { width: 4, dtype: 'i32' },
  I16: { width: 2, dtype: 'i32', convert: (view, at, little) => view.getInt16(at, little) },
  I8: { width: 1, dtype: 'i32', convert: (view, at) => view.getInt8(at) },
  U64: { width: 8, dtype: 'i32', convert: (view, at, little) => wide64(view, at, little, false) },
  U32: { width: 4, dtype: 'i32', convert: (view, at, little) => view.getUint32(at, little) },
  U16: { width: 2, dtype: 'i32', convert: (view, at, little) => view.getUint16(at, little) },
  U8: { width: 1, dtype: 'i32', convert: (view, at) => view.getUint8(at) },
  BOOL: { width: 1, dtype: 'bool' },
}

const pieceBytes = 2 ** 20

/** Where the elements of an array stand, for messages. */
export interface ElementsPlace {
  readonly format: string
  readonly file: string
  readonly field: string
  /** Position in the reader of the first element. */
  readonly start: number
}

/**
 * Reads `count` elements from `reader`. Own dtypes are read straight into the result, others converted a piece
 * at a time. Throws a {@link FileFormatError} naming the element when an integer does not fit i32 or a bool is
 * not 0 or 1.
 */
export async function readElements(
  reader: ByteReader,
  stored: StoredType,
  count: number,
  littleEndian: boolean,
  place: ElementsPlace,
): Promise<TypedArray> {
  const { width, dtype, convert } = stored
  const fail = (element: number, problem: string): FileFormatError =>
    new FileFormatError(
      { ...place, offset: reader.offsetOf(place.start + element * width) },
      `element ${element} is ${problem}`,
    )
  const out = allocate(dtype, count)
  if (convert === undefined) {
    const bytes = bytesOf(out)
    await reader.read(bytes)
    if (littleEndian !== hostIsLittleEndian) swapBytes(bytes, width)
    const wrong = dtype === 'bool' ? bytes.findIndex((value) => value > 1) : -1
    if (wrong >= 0) throw fail(wrong, `${bytes[wrong]}, expected a bool: 0 or 1`)
    return out
  }
  const piece = new Uint8Array(Math.min(pieceBytes, count * width))
  const view = new DataView(piece.buffer)
  for (let done = 0; done < count; ) {
    const part = Math.min(piece.length / width, count - done)
    await reader.read(piece.subarray(0, part * width))
    for (let i = 0; i < part; i++) {
      const value = convert(view, i * width, littleEndian)
      out[done + i] = value
      if (dtype === 'i32' && out[done + i] !== value) {
        throw fail(done + i, `${value}, beyond the i32 range [-2147483648, 2147483647]`)
      }
    }
    done += part
  }
  return out
}
