import { isFloat } from '../graph/dtype.ts'
import type { Tensor } from '../graph/tensor.ts'
import { div, floor, neg, remainder, sub } from '../ops/arithmetic.ts'
import { cast } from '../ops/cast.ts'
import { checkOperands } from '../ops/check.ts'
import { asTensor, commonDtype } from '../ops/coerce.ts'
import { eq, logicalAnd, logicalOr, lt } from '../ops/compare.ts'
import type { TensorLike } from '../ops/define.ts'
import { add } from '../ops/elementwise.ts'
import { stopGradient } from '../ops/flow.ts'
import { where } from '../ops/select.ts'

// Steps: their gradient is 0 everywhere, also at the jumps.

/** The smallest whole number that is not below `x`. Its gradient is 0 everywhere, also at the jumps. */
export function ceil(x: TensorLike): Tensor {
  checkOperands('ceil', x)
  return neg(floor(neg(x)))
}

/** `x` without its fraction, rounded toward 0. Its gradient is 0 everywhere, also at the jumps. */
export function trunc(x: TensorLike): Tensor {
  checkOperands('trunc', x)
  return where(lt(x, 0), ceil(x), floor(x))
}

/**
 * The nearest whole number; halves go to the even one, as IEEE-754 and PyTorch have it: 0.5 → 0, 1.5 → 2, 2.5 → 2.
 * Its gradient is 0 everywhere, also at the jumps.
 */
export function round(x: TensorLike): Tensor {
  checkOperands('round', x)
  const below = floor(x)
  if (!isFloat(below.dtype)) return below
  // Not floor(x + 1/2): that sum rounds, and takes 0.49999999999999994 to 1.
  const fraction = sub(x, below)
  const odd = eq(remainder(below, 2), 1)
  const up = logicalOr(lt(0.5, fraction), logicalAnd(eq(fraction, 0.5), odd))
  return add(below, cast(up, below.dtype))
}

/**
 * `⌊a / b⌋`, with NumPy broadcasting: exact for `i32`, which goes by way of `f64`. Its gradient is 0.
 *
 * Division by 0 gives ±∞ or NaN; in `i32`, which has neither, the end of the range on the side of `a`, and 0 for 0 / 0.
 */
export function floorDivide(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('floorDivide', a, b)
  const dtype = commonDtype([a, b])
  if (isFloat(dtype)) return stopGradient(floor(div(a, b)))
  return cast(floor(div(asTensor(a, 'f64'), asTensor(b, 'f64'))), 'i32')
}
