import type { Axes } from '../graph/shape.ts'
import { reducedShape, resolveAxes } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { div, mul, sub } from '../ops/arithmetic.ts'
import { type ReduceOptions, reduceAttrs, sum } from '../ops/broadcast.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { asFloat } from '../ops/coerce.ts'
import { eq } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { max } from '../ops/extrema.ts'
import { stopGradient } from '../ops/flow.ts'
import { constant } from '../ops/leaves.ts'
import { reshape } from '../ops/reshape.ts'
import { where } from '../ops/select.ts'
import { exp, log } from '../ops/transcendental.ts'
import { elementIsFinite } from './compare.ts'

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /** The axis, or axes together, that sums to 1. Default -1, the last. */
  readonly axis?: Axes
}

/**
 * `e^(x - shift)` and its sum, for a shift that keeps it in range: the largest element. What is computed from them
 * does not depend on the shift, so no gradient passes through it.
 *
 * A row of nothing but -∞ has the sum 0; it is told apart, and 1 stands in for it, so that no derivative divides by it.
 */
function scaledExp(
  x: Tensor,
  axes: readonly number[],
): {
  readonly shifted: Tensor
  readonly terms: Tensor
  readonly total: Tensor
  readonly empty: Tensor
  readonly shift: Tensor
} {
  const largest = stopGradient(max(x, { axis: axes, keepDims: true }))
  const shift = where(elementIsFinite(largest), largest, 0)
  const shifted = sub(x, shift)
  const terms = exp(shifted)
  const sums = sum(terms, { axis: axes, keepDims: true })
  const empty = eq(sums, 0)
  return { shifted, terms, total: where(empty, 1, sums), empty, shift }
}

/** Whether some row along `axes` has no elements: then there is nothing to shift by. */
function hasEmptyRows(x: Tensor, axes: readonly number[]): boolean {
  return axes.some((axis) => x.shape[axis] === 0)
}

/**
 * `eˣ / Σ eˣ` along `axis`: positive, sums to 1, and safe for logits of any finite size.
 *
 * -∞ masks an element out: it gets 0 and no gradient. Where everything is masked, all are 0. A logit of +∞ or NaN
 * (an overflow further up) gives NaN.
 */
export function softmax(x: Tensor, options: SoftmaxOptions = {}): Tensor {
  checkTensor('softmax', x)
  checkOptions('softmax', options, ['axis'])
  const { axis = -1 } = options
  const t = asFloat(x)
  const axes = resolveAxes('softmax', axis, t.rank)
  if (hasEmptyRows(t, axes)) return t
  const { terms, total } = scaledExp(t, axes)
  return mul(terms, div(1, total))
}

/**
 * `log(softmax(x))` along `axis`, exact also where the softmax is too small to store.
 *
 * -∞ masks an element out: it stays -∞, and the others do not feel it. A logit of +∞ or NaN gives NaN.
 */
export function logSoftmax(x: Tensor, options: SoftmaxOptions = {}): Tensor {
  checkTensor('logSoftmax', x)
  checkOptions('logSoftmax', options, ['axis'])
  const { axis = -1 } = options
  const t = asFloat(x)
  const axes = resolveAxes('logSoftmax', axis, t.rank)
  if (hasEmptyRows(t, axes)) return t
  const { shifted, total } = scaledExp(t, axes)
  return sub(shifted, log(total))
}

/**
 * `log(Σ eˣ)` over `axis` (default -1, the last; unlike a sum's), without overflow.
 *
 * Of nothing but -∞, and over an empty axis, it is -∞, and no gradient passes. A +∞ gives +∞, whose gradient is NaN,
 * as in PyTorch.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor('logSumExp', x)
  checkOptions('logSumExp', options, ['axis', 'keepDims'])
  const { axes, keepDims } = reduceAttrs('logSumExp', x, { axis: -1, ...options })
  const t = asFloat(x)
  const shape = reducedShape(t.shape, axes, keepDims)
  if (hasEmptyRows(t, axes)) return constant(Number.NEGATIVE_INFINITY, shape, t.dtype)
  const { total, empty, shift } = scaledExp(t, axes)
  return reshape(where(empty, Number.NEGATIVE_INFINITY, add(log(total), shift)), shape)
}
