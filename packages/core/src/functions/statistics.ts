import { OpError } from '../graph/errors.ts'
import { formatShape, sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { abs, div, sub } from '../ops/arithmetic.ts'
import { type ReduceOptions, reduceAttrs, sum } from '../ops/broadcast.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { asFloat } from '../ops/coerce.ts'
import { eq } from '../ops/compare.ts'
import { max } from '../ops/extrema.ts'
import { where } from '../ops/select.ts'
import { sqrt } from '../ops/transcendental.ts'
import { shown } from './arguments.ts'
import { square } from './powers.ts'

/** How many elements are reduced to one. */
function countOver(x: Tensor, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => x.shape[axis] ?? 1))
}

/**
 * The mean over `axis` (default: all). Integers and booleans become `f32`.
 *
 * @throws OpError over no elements, which have no mean.
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor('mean', x)
  const { axes, keepDims } = reduceAttrs('mean', x, options)
  const count = countOver(x, axes)
  if (count === 0) throw new OpError('mean', `has no value over an axis of size 0 in ${formatShape(x.shape)}`)
  return div(sum(asFloat(x), { axis: axes, keepDims }), count)
}

/** Options of `variance` and `std`. */
export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements that the squares are divided by. Default 1, as in PyTorch. */
  readonly correction?: number
}

/**
 * The variance over `axis` (default: all): the squared distances from the mean, divided by their number less
 * `correction`. In two passes, so that a large mean costs no precision.
 *
 * @throws OpError when there are not more elements than `correction`.
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  return spread('var', x, options)
}

/**
 * The standard deviation over `axis` (default: all): the root of `variance`. Where all elements are equal its
 * gradient is 0, as in PyTorch, not the infinite slope of the root.
 *
 * @throws OpError when there are not more elements than `correction`.
 */
export function std(x: Tensor, options: VarianceOptions = {}): Tensor {
  return safeSqrt(spread('std', x, options))
}

function spread(op: string, x: Tensor, options: VarianceOptions): Tensor {
  checkTensor(op, x)
  checkOptions(op, options, ['axis', 'keepDims', 'correction'])
  const { correction = 1, ...over } = options
  const { axes: axis, keepDims } = reduceAttrs(op, x, over)
  const count = countOver(x, axis)
  if (!(count > checkedNumber(op, 'correction', correction))) {
    throw new OpError(
      op,
      `over ${count} elements of ${formatShape(x.shape)} needs a correction below ${count}, got ${correction}`,
    )
  }
  const t = asFloat(x)
  const distance = sub(t, mean(t, { axis, keepDims: true }))
  return div(sum(square(distance), { axis, keepDims }), count - correction)
}

function checkedNumber(op: string, name: string, value: number): number {
  if (typeof value === 'number') return value
  throw new OpError(op, `${name} must be a number, got ${shown(value)}`)
}

/** The square root of a sum of squares: at 0 the gradient is 0, of every order. */
function safeSqrt(squares: Tensor): Tensor {
  const zero = eq(squares, 0)
  return where(zero, 0, sqrt(where(zero, 1, squares)))
}

/** Options of `norm`. */
export interface NormOptions extends ReduceOptions {
  /** 2: root of the squares' sum. 1: sum of magnitudes. Infinity: largest magnitude. Default 2. */
  readonly ord?: 1 | 2 | typeof Number.POSITIVE_INFINITY
}

/**
 * The vector norm over `axis` (default: all axes, as if flattened); 0 over no elements. At the zero vector its
 * gradient is 0, not NaN.
 *
 * @throws OpError for another `ord` than 1, 2 and Infinity.
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  checkTensor('norm', x)
  checkOptions('norm', options, ['axis', 'keepDims', 'ord'])
  const { ord = 2, ...over } = options
  const { axes: axis, keepDims } = reduceAttrs('norm', x, over)
  const t = asFloat(x)
  switch (ord) {
    case 2:
      return safeSqrt(sum(square(t), { axis, keepDims }))
    case 1:
      return sum(abs(t), { axis, keepDims })
    case Number.POSITIVE_INFINITY:
      return t.size === 0 ? sum(t, { axis, keepDims }) : max(abs(t), { axis, keepDims })
    default:
      throw new OpError('norm', `ord must be 1, 2 or Infinity, got ${shown(ord)}`)
  }
}
