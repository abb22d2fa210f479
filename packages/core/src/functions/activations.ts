import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { div, mul, neg } from '../ops/arithmetic.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { asFloat } from '../ops/coerce.ts'
import { le, lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { where } from '../ops/select.ts'
import { erf, exp, expm1, log1p, tanh } from '../ops/transcendental.ts'
import { shown } from './arguments.ts'

// NaN fails every comparison, so each `where` below keeps `x` on the side where comparisons fail: NaN stays NaN.

/** `max(x, 0)`. At 0 the gradient is 0, as in PyTorch. */
export function relu(x: Tensor): Tensor {
  checkTensor('relu', x)
  return where(le(x, 0), 0, x)
}

/** Options of `leakyRelu`. */
export interface LeakyReluOptions {
  /** The slope below 0. Default 0.01. */
  readonly negativeSlope?: number
}

/** `x` above 0 and `negativeSlope · x` below. At 0 the gradient is `negativeSlope`, as in PyTorch. */
export function leakyRelu(x: Tensor, options: LeakyReluOptions = {}): Tensor {
  checkTensor('leakyRelu', x)
  checkOptions('leakyRelu', options, ['negativeSlope'])
  const { negativeSlope = 0.01 } = options
  const t = asFloat(x)
  return where(le(t, 0), mul(t, negativeSlope), t)
}

/** Options of `elu`. */
export interface EluOptions {
  /** The limit toward -∞, negated. Default 1. */
  readonly alpha?: number
}

/** `x` above 0 and `alpha · (eˣ - 1)` below (Clevert et al., 2016, eq. 15). At 0 the gradient is `alpha`. */
export function elu(x: Tensor, options: EluOptions = {}): Tensor {
  checkTensor('elu', x)
  checkOptions('elu', options, ['alpha'])
  const { alpha = 1 } = options
  const t = asFloat(x)
  const positive = lt(0, t)
  // The exponential sees no large number, whose ∞ would turn the other branch's gradient of 0 into NaN.
  return where(positive, t, mul(expm1(where(positive, 0, t)), alpha))
}

/**
 * `-|x|` and whether `x > 0`. Stable formulas stand on `exp(-|x|)`, which never overflows; written this way they are,
 * on both sides and at 0, the same analytic function, so derivatives of every order are right there too.
 */
function mirrored(x: Tensor): { readonly negative: Tensor; readonly positive: Tensor } {
  const positive = lt(0, x)
  return { negative: where(positive, neg(x), x), positive }
}

/** `1 / (1 + e^(-x))`, without overflow on either side. */
export function sigmoid(x: Tensor): Tensor {
  checkTensor('sigmoid', x)
  const { negative, positive } = mirrored(asFloat(x))
  const small = exp(negative)
  return div(where(positive, 1, small), add(small, 1))
}

/** `log(1 + eˣ)`, without overflow: about `x` for large `x`, about `eˣ` for very negative ones. */
export function softplus(x: Tensor): Tensor {
  checkTensor('softplus', x)
  const t = asFloat(x)
  const { negative, positive } = mirrored(t)
  return add(where(positive, t, 0), log1p(exp(negative)))
}

/** `log(sigmoid(x))`, exact also where the sigmoid is too small to store. */
export function logSigmoid(x: Tensor): Tensor {
  checkTensor('logSigmoid', x)
  return neg(softplus(neg(x)))
}

/** `x · sigmoid(x)`, also called swish (Elfwing et al., 2018). */
export function silu(x: Tensor): Tensor {
  checkTensor('silu', x)
  return mul(x, sigmoid(x))
}

/** Options of `gelu`. */
export interface GeluOptions {
  /** `none`: by the error function. `tanh`: the older approximation, up to 5e-4 off. Default `none`. */
  readonly approximate?: 'none' | 'tanh'
}

/** `x · Φ(x)` with the normal distribution function Φ (Hendrycks and Gimpel, 2016). */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  checkTensor('gelu', x)
  checkOptions('gelu', options, ['approximate'])
  const { approximate = 'none' } = options
  const t = asFloat(x)
  const half = mul(t, 0.5)
  if (approximate === 'none') return mul(half, add(erf(mul(t, Math.SQRT1_2)), 1))
  if (approximate !== 'tanh') {
    throw new OpError('gelu', `approximate must be 'none' or 'tanh', got ${shown(approximate)}`)
  }
  const inner = mul(add(t, mul(mul(mul(t, t), t), 0.044715)), Math.sqrt(2 / Math.PI))
  return mul(half, add(tanh(inner), 1))
}
