import type { Tensor } from '../graph/tensor.ts'
import { abs, mul, sub } from '../ops/arithmetic.ts'
import { type ReduceOptions, reduceAttrs, sum } from '../ops/broadcast.ts'
import { cast } from '../ops/cast.ts'
import { checkOperands, checkOptions, checkTensor } from '../ops/check.ts'
import { eq, le, logicalAnd, logicalNot, logicalOr, lt } from '../ops/compare.ts'
import type { TensorLike } from '../ops/define.ts'
import { add } from '../ops/elementwise.ts'

/** `a ≠ b`, elementwise, as `bool`. NaN differs from everything, itself included. */
export function ne(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('ne', a, b)
  return logicalNot(eq(a, b))
}

/** `a > b`, elementwise, as `bool`. False where either is NaN. */
export function gt(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('gt', a, b)
  return lt(b, a)
}

/** `a ≥ b`, elementwise, as `bool`. False where either is NaN. */
export function ge(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('ge', a, b)
  return le(b, a)
}

/** Where `x` is NaN, as `bool`. */
export function elementIsNaN(x: Tensor): Tensor {
  checkTensor('isNaN', x)
  return ne(x, x)
}

/** Where `x` is a number and not ±∞, as `bool`. */
export function elementIsFinite(x: Tensor): Tensor {
  checkTensor('isFinite', x)
  return lt(abs(x), Number.POSITIVE_INFINITY)
}

/** Whether any element over `axis` (default: all axes) is true, as `bool`. Numbers count as true unless they are 0. */
export function any(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor('any', x)
  const { axes, keepDims } = reduceAttrs('any', x, options)
  return gt(sum(cast(x, 'bool'), { axis: axes, keepDims }), 0)
}

/** Whether all elements over `axis` (default: all axes) are true, as `bool`; so they are over an empty axis. */
export function all(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkTensor('all', x)
  const { axes, keepDims } = reduceAttrs('all', x, options)
  return logicalNot(any(logicalNot(cast(x, 'bool')), { axis: axes, keepDims }))
}

/** How close is close. */
export interface CloseOptions {
  /** Difference allowed in proportion to `|b|`. Default 1e-5. */
  readonly rtol?: number
  /** Difference allowed whatever the size. Default 1e-8. */
  readonly atol?: number
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNaN?: boolean
}

/** Where `|a - b| ≤ atol + rtol · |b|`, elementwise, as `bool`. Infinities are close when they are equal. */
export function isClose(a: Tensor, b: TensorLike, options: CloseOptions = {}): Tensor {
  checkTensor('isClose', a)
  checkOptions('isClose', options, ['rtol', 'atol', 'equalNaN'])
  checkOperands('isClose', b)
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options
  const near = le(abs(sub(a, b)), add(atol, mul(rtol, abs(b))))
  // ∞ ≤ ∞ would make a number close to an infinity.
  const close = logicalOr(eq(a, b), logicalAnd(near, lt(abs(b), Number.POSITIVE_INFINITY)))
  return equalNaN ? logicalOr(close, logicalAnd(ne(a, a), ne(b, b))) : close
}

/** Whether all elements are close, as a `bool` scalar: `isClose` over everything. */
export function allClose(a: Tensor, b: TensorLike, options?: CloseOptions): Tensor {
  return all(isClose(a, b, options))
}
