import type { HostArray, Shape, TypedArray } from '../graph/dtype.ts'
import { type ByteReader, rangeReader } from './byte-reader.ts'
import type { ByteSource } from './byte-source.ts'
import { checkWritable, littleEndianBytes } from './host-bytes.ts'
import { longestNpyHeader, type NpyPlace, npyMagic, readNpyHeader } from './npy-header.ts'
import { readElements } from './stored-type.ts'

/**
 * Reads an npy file: versions 1.0 to 3.0, either byte order, C and Fortran order. `f2` is read as f32,
 * integers of other widths as i32. Throws a `FileFormatError` when the file breaks the format in any way, does
 * not end with the array, or holds an integer that does not fit i32 or a bool that is not 0 or 1.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export async function decodeNpy(source: ByteSource): Promise<HostArray> {
  const reader = rangeReader(source, 0, source.size, 'npy', 'data')
  return readNpy(reader, { format: 'npy', file: source.name, within: '' })
}

/** Reads the npy stream that `reader` holds, whole. */
export async function readNpy(reader: ByteReader, place: NpyPlace): Promise<HostArray> {
  const { stored, count, littleEndian, fortranOrder, shape, dataStart } = await readNpyHeader(reader, place)
  const field = `${place.within}data`
  const data = await readElements(reader, stored, count, littleEndian, { ...place, field, start: dataStart })
  await reader.finish()
  return { dtype: stored.dtype, shape, data: fortranOrder ? rowMajor(data, shape) : data }
}

/** Reorders elements from first axis fastest to last axis fastest. */
function rowMajor(data: TypedArray, shape: Shape): TypedArray {
  if (data.length < 2 || shape.length < 2) return data
  const out = data.slice()
  const strides: number[] = []
  let stride = 1
  for (const size of shape) {
    strides.push(stride)
    stride *= size
  }
  const index = shape.map(() => 0)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from]!
    // Counts up like an odometer, the last axis first.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      from -= index[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
  return out
}

const descrs = { f32: '<f4', f64: '<f8', i32: '<i4', bool: '|b1' } as const

/**
 * Encodes an array as an npy file of version 1.0 (2.0 when the header passes 65,535 bytes), in chunks to be
 * written one after another. The data chunk is a view of the array's own memory, which must not change until
 * it is written. Throws when the data does not fit the shape and dtype.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function encodeNpy(array: HostArray): Iterable<Uint8Array> {
  checkWritable('encodeNpy', 'array', array)
  return npyChunks(array)
}

/** The chunks of {@link encodeNpy} for an array that has been checked. */
export function npyChunks({ dtype, shape, data }: HostArray): Uint8Array[] {
  const tuple = shape.length === 1 ? `(${shape},)` : `(${shape.join(', ')})`
  const dict = `{'descr': '${descrs[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`
  return [npyHeader(dict), littleEndianBytes(data)]
}

function npyHeader(dict: string): Uint8Array {
  // The header ends in a newline and is padded so that the data starts at a multiple of 64 bytes.
  const padded = (textStart: number): number => Math.ceil((textStart + dict.length + 1) / 64) * 64
  const major = padded(10) - 10 > 0xffff ? 2 : 1
  const textStart = major === 1 ? 10 : 12
  const size = padded(textStart)
  if (size - textStart > longestNpyHeader) {
    throw new RangeError(
      `encodeNpy: the header takes ${size - textStart} bytes, past the limit of ${longestNpyHeader}`,
    )
  }
  const header = new Uint8Array(size).fill(0x20)
  header.set(npyMagic)
  header.set([major, 0], 6)
  const view = new DataView(header.buffer)
  if (major === 1) view.setUint16(8, size - textStart, true)
  else view.setUint32(8, size - textStart, true)
  header.set(new TextEncoder().encode(dict), textStart)
  header[size - 1] = 0x0a
  return header
}
