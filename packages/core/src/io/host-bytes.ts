import { type DType, dtypeOf, dtypes, type HostArray, type Shape, type TypedArray } from '../graph/dtype.ts'
import { quote } from './format-error.ts'

/** Whether this machine stores numbers least significant byte first, as nearly all do. */
export const hostIsLittleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/**
 * The number of elements of `shape`, or `undefined` where the axes other than those of size zero multiply to
 * more than 2⁵³ − 1.
 */
export function elementCount(shape: Shape): number | undefined {
  let product = 1
  let empty = false
  for (const size of shape) {
    if (size === 0) empty = true
    else product *= size
    if (!Number.isSafeInteger(product)) return undefined
  }
  return empty ? 0 : product
}

/** The memory of `data` as bytes, not copied. */
export function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** Reverses the order of the bytes in each element of `width` bytes, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse()
}

/** The elements of `data` as little-endian bytes: its own memory, or a swapped copy on a big-endian machine. */
export function littleEndianBytes(data: TypedArray): Uint8Array {
  if (hostIsLittleEndian || data.BYTES_PER_ELEMENT === 1) return bytesOf(data)
  const copy = bytesOf(data).slice()
  swapBytes(copy, data.BYTES_PER_ELEMENT)
  return copy
}

/** Throws unless `array`, which messages call `what`, can be written and read back: its data must fit its shape and dtype. */
export function checkWritable(operation: string, what: string, array: HostArray): void {
  const where = `${operation}: ${what}`
  if (!dtypes.includes(array.dtype)) {
    throw new TypeError(
      `${where}: unknown dtype ${quote(String(array.dtype))}, expected ${dtypes.join(', ')}`,
    )
  }
  const stored: DType = dtypeOf(array.data)
  if (stored !== array.dtype) {
    throw new TypeError(`${where}: dtype ${array.dtype} but its data is a ${array.data.constructor.name}`)
  }
  for (const size of array.shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new RangeError(
        `${where}: shape [${array.shape}] has an axis that is not a whole number of elements`,
      )
    }
  }
  if (elementCount(array.shape) !== array.data.length) {
    throw new RangeError(`${where}: shape [${array.shape}] does not fit its ${array.data.length} elements`)
  }
  if (array.dtype === 'bool') {
    const wrong = array.data.findIndex((value) => value > 1)
    if (wrong >= 0) {
      throw new RangeError(`${where}: bool element ${wrong} is ${array.data[wrong]}, expected 0 or 1`)
    }
  }
}

/** The little-endian unsigned 64-bit integer at byte `at`: exact below 2⁵³, which no size of a file reaches. */
export function getUint64(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
}
