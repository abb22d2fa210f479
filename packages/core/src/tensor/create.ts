import { allocate, type DType, dtypes, type Shape, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { checkShape, formatShape, sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { cast } from '../ops/cast.ts'
import { eq } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { constant, iota } from '../ops/leaves.ts'
import { reshape } from '../ops/reshape.ts'
import { where } from '../ops/select.ts'

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
export function tensor(data: TensorData, { dtype, shape, requiresGrad = false }: TensorOptions = {}): Tensor {
  if (dtype !== undefined && !dtypes.includes(dtype)) {
    throw new OpError('tensor', `there is no dtype '${dtype}'; there are ${dtypes.join(', ')}`)
  }
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
      throw new OpError('tensor', `element ${out.length} is ${describe(data)}, not a number or boolean`)
    }
    out.push(data)
    return
  }
  if (!Array.isArray(data) || data.length !== shape[level]) {
    throw new OpError(
      'tensor',
      `ragged array: at level ${level} every row must have ${shape[level]} entries, one has ` +
        (Array.isArray(data) ? data.length : `${describe(data)} instead`),
    )
  }
  for (const row of data) flatten(row, shape, level + 1, out)
}

function describe(value: unknown): string {
  return Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`
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

/** Options of the functions that make tensors of one value or a range. */
export interface CreateOptions {
  /** Default `f32`. */
  readonly dtype?: DType
}

/** A tensor with `value` everywhere. Part of the graph's structure; see {@link constant}. */
export function full(shape: Shape, value: number, { dtype = 'f32' }: CreateOptions = {}): Tensor {
  return constant(value, shape, dtype)
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options?: CreateOptions): Tensor {
  return full(shape, 0, options)
}

/** A tensor of ones. */
export function ones(shape: Shape, options?: CreateOptions): Tensor {
  return full(shape, 1, options)
}

/** Zeros of `x`'s shape and dtype. */
export function zerosLike(x: Tensor): Tensor {
  return constant(0, x.shape, x.dtype)
}

/** Ones of `x`'s shape and dtype. */
export function onesLike(x: Tensor): Tensor {
  return constant(1, x.shape, x.dtype)
}

/** Options of `arange`. */
export interface ArangeOptions {
  /** Default: `i32` when start, stop and step are whole numbers, else `f32`, as in PyTorch. */
  readonly dtype?: DType
  /** Default 1; may be negative. */
  readonly step?: number
}

/**
 * `start, start + step, …` up to but without `stop`; `arange(stop)` starts at 0.
 *
 * @throws OpError when the step is 0 or a bound is not finite.
 */
export function arange(stop: number, options?: ArangeOptions): Tensor
export function arange(start: number, stop: number, options?: ArangeOptions): Tensor
export function arange(first: number, second?: number | ArangeOptions, third?: ArangeOptions): Tensor {
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first]
  const options = (typeof second === 'object' ? second : third) ?? {}
  const { step = 1 } = options
  if (step === 0 || ![start, stop, step].every(Number.isFinite)) {
    throw new OpError(
      'arange',
      `needs finite bounds and a step other than 0, got ${start}, ${stop}, step ${step}`,
    )
  }
  const dtype = options.dtype ?? ([start, stop, step].every(Number.isInteger) ? 'i32' : 'f32')
  const count = iota(Math.max(0, Math.ceil((stop - start) / step)), dtype)
  const scaled = step === 1 ? count : mul(count, constant(step, [], dtype))
  return start === 0 ? scaled : add(scaled, constant(start, [], dtype))
}

/** `count` numbers evenly spaced from `start` to `stop`, both included. */
export function linspace(
  start: number,
  stop: number,
  count: number,
  { dtype = 'f32' }: CreateOptions = {},
): Tensor {
  checkShape('linspace', [count])
  if (count === 1) return constant(start, [1], dtype)
  const i = iota(count, dtype)
  const ramp = add(mul(i, constant((stop - start) / (count - 1), [], dtype)), constant(start, [], dtype))
  // The last one exactly, whatever rounding does on the way.
  return where(eq(i, constant(count - 1, [], dtype)), constant(stop, [], dtype), ramp)
}

/** The identity matrix `[n, m]` (default square): ones on the diagonal, zeros elsewhere. */
export function eye(n: number, m: number = n, { dtype = 'f32' }: CreateOptions = {}): Tensor {
  return cast(eq(reshape(iota(n), [n, 1]), iota(m)), dtype)
}
