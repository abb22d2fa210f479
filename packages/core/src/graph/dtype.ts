/**
 * Element types and how each is stored.
 *
 * - `f32`: IEEE-754 binary32, the default for floating-point values
 * - `f64`: IEEE-754 binary64
 * - `i32`: two's complement, wraps on overflow
 * - `bool`: stored as one byte, 0 or 1
 */
export type DType = 'f32' | 'f64' | 'i32' | 'bool'

/** The typed arrays that hold tensor elements, one per {@link DType}. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** Sizes of a tensor's axes, outermost first. `[]` is a scalar. */
export type Shape = readonly number[]

/** What is known about a value before it is computed: its shape and element type. */
export interface TensorSpec {
  readonly shape: Shape
  readonly dtype: DType
}

/** A value in host memory: row-major, contiguous, `data.length` is the product of `shape`. */
export interface HostArray extends TensorSpec {
  readonly data: TypedArray
}

/** Every dtype, from the narrowest to the widest in promotion order. */
export const dtypes: readonly DType[] = ['bool', 'i32', 'f32', 'f64']

const bytes: Readonly<Record<DType, number>> = { bool: 1, i32: 4, f32: 4, f64: 8 }

/** Bytes one element of `dtype` takes. */
export function bytesPerElement(dtype: DType): number {
  return bytes[dtype]
}

/** Whether `dtype` is a floating-point type, the only kind that gradients flow through. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'f64'
}

/** The dtype two operands meet at: the wider of the two (`bool < i32 < f32 < f64`), as in PyTorch. */
export function promote(a: DType, b: DType): DType {
  return dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b
}

/** A zero-filled typed array for `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case 'f32':
      return new Float32Array(length)
    case 'f64':
      return new Float64Array(length)
    case 'i32':
      return new Int32Array(length)
    case 'bool':
      return new Uint8Array(length)
  }
}

/** The dtype a typed array stores. `Uint8Array` holds `bool`. */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return 'f32'
  if (data instanceof Float64Array) return 'f64'
  if (data instanceof Int32Array) return 'i32'
  return 'bool'
}
