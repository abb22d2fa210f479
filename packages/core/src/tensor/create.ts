import { allocate, type DType, type Shape, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'
import { fromOwned } from '../graph/leaf.ts'
import { checkShape, formatShape, sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkDtype, checkOptions } from '../ops/check.ts'

/** Numbers or booleans in nested arrays, all rows of a level equally long. */
export type NestedArray = number | boolean | readonly NestedArray[]

/** What `tensor()` makes tensors of. */
export type TensorData = NestedArray | TypedArray

/** Options of `tensor()`. */
export interface TensorOptions {
  /** Default: by the data. Numbers are `f32`, booleans `bool`, typed arrays what they store, `Uint8Array` `i32`. */
  readonly dtype?: DType
  /** For typed arrays and flat arrays: the shape to lay them out in, row-major. Default: `[length]`. */
  readonly shape?: Shape
  /** Let `backward()` collect a gradient in `.grad`. Floating dtypes only. Default false. */
  readonly requiresGrad?: boolean
}

/**
 * A tensor of given values: a scalar, nested arrays, or a typed array with a `shape`. The data is copied.
 *
 * @throws OpError for ragged arrays, values that are no numbers, and data that does not fill the shape or fit the dtype.
 *
 * @example
 * tensor([[1, 2], [3, 4]])                                  // f32 [2, 2]
 * tensor(new Float64Array(6), { shape: [2, 3] })            // f64 [2, 3]
 * tensor(0.05, { requiresGrad: true })                      // a scalar that collects a gradient
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, ['dtype', 'shape', 'requiresGrad'])
  const { dtype, shape, requiresGrad = false } = options
  if (dtype !== undefined) checkDtype('tensor', dtype)
  const t = isTyped(data) ? fromTyped(data, dtype, shape) : fromNested(data, dtype, shape)
  return requiresGrad ? collectGrad(t) : t
}

function collectGrad(t: Tensor): Tensor {
  if (t.dtype !== 'f32' && t.dtype !== 'f64') {
    throw new OpError('tensor', `requiresGrad needs f32 or f64, got ${t.dtype}: only those have gradients`)
  }
  t.node.variable = t
  return t
}

function isTyped(data: TensorData): data is TypedArray {
  return ArrayBuffer.isView(data)
}

function fromTyped(data: TypedArray, dtype: DType | undefined, shape: Shape = [data.length]): Tensor {
  checkFills(data.length, checkShape('tensor', shape))
  const own = data instanceof Float64Array ? 'f64' : data instanceof Float32Array ? 'f32' : 'i32'
  return fromOwned(store(data, dtype ?? own), shape)
}

function fromNested(data: NestedArray, dtype: DType | undefined, shape: Shape | undefined): Tensor {
  const nested = shapeOf(data)
  const flat: (number | boolean)[] = []
  flatten(data, nested, 0, flat)
  const target = shape ?? nested
  checkFills(flat.length, checkShape('tensor', target))
  const booleans = flat.length > 0 && flat.every((v) => typeof v === 'boolean')
  return fromOwned(store(flat.map(Number), dtype ?? (booleans ? 'bool' : 'f32')), target)
}

function checkFills(length: number, shape: Shape): void {
  if (length !== sizeOf(shape)) {
    throw new OpError(
      'tensor',
      `${length} values do not fill shape ${formatShape(shape)}, which holds ${sizeOf(shape)}`,
    )
  }
}

function shapeOf(data: NestedArray): number[] {
  const shape: number[] = []
  let level: NestedArray | undefined = data
  while (Array.isArray(level)) {
    shape.push(level.length)
    level = level[0]
  }
  return shape
}

function flatten(data: NestedArray, shape: Shape, level: number, out: (number | boolean)[]): void {
  if (level === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean') {
      throw new OpError('tensor', `element ${out.length} is ${kindOf(data)}, not a number or boolean`)
    }
    out.push(data)
    return
  }
  if (!Array.isArray(data) || data.length !== shape[level]) {
    throw new OpError(
      'tensor',
      `ragged array: at level ${level} every row must have ${shape[level]} entries, one has ` +
        (Array.isArray(data) ? data.length : `${kindOf(data)} instead`),
    )
  }
  for (const row of data) flatten(row, shape, level + 1, out)
}

function store(values: ArrayLike<number>, dtype: DType): TypedArray {
  const out = allocate(dtype, values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0
    if (dtype === 'i32' && (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31)) {
      throw new OpError(
        'tensor',
        `element ${i} is ${value}, not a whole number of 32 bits; use dtype 'f32' or 'f64'`,
      )
    }
    out[i] = dtype === 'bool' ? Number(value !== 0) : value
  }
  return out
}
