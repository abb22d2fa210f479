import type { DType, Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { cast } from '../ops/cast.ts'
import { checkOptions, checkTensor, numbersOf } from '../ops/check.ts'
import { eq } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { constant, iota } from '../ops/leaves.ts'
import { reshape } from '../ops/reshape.ts'
import { where } from '../ops/select.ts'

/** Options of the functions that make tensors of one value or a range. */
export interface CreateOptions {
  /** Default `f32`. */
  readonly dtype?: DType
}

/** A tensor with `value` everywhere. Part of the graph's structure; see {@link constant}. */
export function full(shape: Shape, value: number, options: CreateOptions = {}): Tensor {
  return filled('full', shape, value, options)
}

function filled(op: string, shape: Shape, value: number, options: CreateOptions): Tensor {
  checkOptions(op, options, ['dtype'])
  const { dtype = 'f32' } = options
  return constant(value, checkShape(op, numbersOf(op, 'the shape', shape)), dtype)
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled('zeros', shape, 0, options)
}

/** A tensor of ones. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled('ones', shape, 1, options)
}

/** Zeros of `x`'s shape and dtype. */
export function zerosLike(x: Tensor): Tensor {
  checkTensor('zerosLike', x)
  return constant(0, x.shape, x.dtype)
}

/** Ones of `x`'s shape and dtype. */
export function onesLike(x: Tensor): Tensor {
  checkTensor('onesLike', x)
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
  const options = (typeof second === 'number' ? third : second) ?? {}
  checkOptions('arange', options, ['step', 'dtype'])
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
export function linspace(start: number, stop: number, count: number, options: CreateOptions = {}): Tensor {
  checkOptions('linspace', options, ['dtype'])
  checkShape('linspace', [count])
  const { dtype = 'f32' } = options
  if (count === 1) return constant(start, [1], dtype)
  const i = iota(count, dtype)
  const ramp = add(mul(i, constant((stop - start) / (count - 1), [], dtype)), constant(start, [], dtype))
  // The last one exactly, whatever rounding does on the way.
  return where(eq(i, constant(count - 1, [], dtype)), constant(stop, [], dtype), ramp)
}

/** The identity matrix `[n, m]` (default square): ones on the diagonal, zeros elsewhere. */
export function eye(n: number, m: number = n, options: CreateOptions = {}): Tensor {
  checkOptions('eye', options, ['dtype'])
  checkShape('eye', [n, m])
  const { dtype = 'f32' } = options
  return cast(eq(reshape(iota(n), [n, 1]), iota(m)), dtype)
}
