import type { Tensor } from '../graph/tensor.ts'
import { div, mul } from '../ops/arithmetic.ts'
import { checkOperands } from '../ops/check.ts'
import { asTensor, commonDtype } from '../ops/coerce.ts'
import type { TensorLike } from '../ops/define.ts'
import { exp, log, sqrt } from '../ops/transcendental.ts'

/** `x²`. */
export function square(x: TensorLike): Tensor {
  checkOperands('square', x)
  const t = asTensor(x, commonDtype([x]))
  return mul(t, t)
}

/** `1 / x`: ±∞ at 0. Integers become `f32`. */
export function reciprocal(x: TensorLike): Tensor {
  checkOperands('reciprocal', x)
  return div(1, x)
}

/** `1 / √x`: ∞ at 0, NaN below. Integers become `f32`. */
export function rsqrt(x: TensorLike): Tensor {
  checkOperands('rsqrt', x)
  return div(1, sqrt(x))
}

/** The logarithm to base 2: -∞ at 0, NaN below. */
export function log2(x: TensorLike): Tensor {
  checkOperands('log2', x)
  return mul(log(x), Math.LOG2E)
}

/** `2ˣ`. */
export function exp2(x: TensorLike): Tensor {
  checkOperands('exp2', x)
  return exp(mul(x, Math.LN2))
}
