import type { Tensor } from '../graph/tensor.ts'
import { erf as erfOf } from '../reference/erf.ts'
import { div, mul, neg, sub } from './arithmetic.ts'
import { eq, logicalAnd } from './compare.ts'
import { add, type BinaryOp, defineBinary, defineUnary, type UnaryOp } from './elementwise.ts'
import { constantValue, scalarLike } from './leaves.ts'
import { where } from './select.ts'

const one = (x: Tensor): Tensor => scalarLike(x, 1)

/** `eˣ`. */
export const exp: UnaryOp = defineUnary({
  name: 'exp',
  domain: 'float',
  rule: (t, _, y) => mul(t, y),
  reference: Math.exp,
})

/** The natural logarithm: -∞ at 0, NaN below. */
export const log: UnaryOp = defineUnary({
  name: 'log',
  domain: 'float',
  rule: (t, x) => div(t, x),
  reference: Math.log,
})

/** `log(1 + x)`, exact for small `x`. */
export const log1p: UnaryOp = defineUnary({
  name: 'log1p',
  domain: 'float',
  rule: (t, x) => div(t, add(x, one(x))),
  reference: Math.log1p,
})

/** `eˣ - 1`, exact for small `x`. */
export const expm1: UnaryOp = defineUnary({
  name: 'expm1',
  domain: 'float',
  rule: (t, _, y) => mul(t, add(y, one(y))),
  reference: Math.expm1,
})

/** The square root: NaN below 0. At 0 its gradient is +∞, the true slope, as in PyTorch. */
export const sqrt: UnaryOp = defineUnary({
  name: 'sqrt',
  domain: 'float',
  rule: (t, _, y) => div(t, mul(y, scalarLike(y, 2))),
  reference: Math.sqrt,
})

/** The sine of `x` radians. */
export const sin: UnaryOp = defineUnary({
  name: 'sin',
  domain: 'float',
  rule: (t, x) => mul(t, cos(x)),
  reference: Math.sin,
})

/** The cosine of `x` radians. */
export const cos: UnaryOp = defineUnary({
  name: 'cos',
  domain: 'float',
  rule: (t, x) => neg(mul(t, sin(x))),
  reference: Math.cos,
})

/** The hyperbolic tangent. */
export const tanh: UnaryOp = defineUnary({
  name: 'tanh',
  domain: 'float',
  rule: (t, _, y) => mul(t, sub(one(y), mul(y, y))),
  reference: Math.tanh,
})

/** The error function, `2/√π ∫₀ˣ e^(-s²) ds`. */
export const erf: UnaryOp = defineUnary({
  name: 'erf',
  domain: 'float',
  rule: (t, x) => mul(t, mul(exp(neg(mul(x, x))), scalarLike(x, 2 / Math.sqrt(Math.PI)))),
  reference: erfOf,
})

/** `b · aᵇ⁻¹`. */
function powSlope(a: Tensor, b: Tensor): Tensor {
  const known = constantValue(b)
  if (known === 0) return scalarLike(b, 0)
  if (known === 1) return scalarLike(b, 1)
  if (known !== null) return mul(b, known === 2 ? a : pow(a, scalarLike(b, known - 1)))
  // Where base and exponent are both 0, the base is taken as 1, so that the product is 0 and not 0 · ∞: also in the
  // derivatives of this expression, which come through here when a whole power is differentiated down to 0.
  const corner = logicalAnd(eq(a, scalarLike(a, 0)), eq(b, scalarLike(b, 0)))
  return mul(b, pow(where(corner, one(a), a), sub(b, one(b))))
}

/**
 * `aᵇ`, with NumPy broadcasting; integers become `f32` first. A negative base needs a whole exponent, else NaN.
 *
 * At the kinks: the gradient toward the base is 0 where the exponent is 0 (also at base 0), and the gradient toward
 * the exponent is 0 where the base is 0, as in PyTorch. At base 0 the gradient toward the base is the true slope
 * otherwise: +∞ for exponents between 0 and 1, -∞ below 0. The gradient toward the exponent is NaN at a negative base.
 */
export const pow: BinaryOp = defineBinary({
  name: 'pow',
  domain: 'float',
  rules: [
    (t, a, b) => mul(t, powSlope(a, b)),
    (t, a, _, y) => {
      const zero = scalarLike(a, 0)
      const atZero = eq(a, zero)
      return mul(t, where(atZero, zero, mul(y, log(where(atZero, one(a), a)))))
    },
  ],
  reference: powOf,
})

/** IEEE-754 `pow`: unlike JavaScript's `**`, 1 to any power is 1, and -1 to an infinite one is 1. */
function powOf(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b
}
