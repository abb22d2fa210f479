import type { BinaryOp, UnaryOp } from './elementwise.ts'
import { add, defineBinary, defineUnary } from './elementwise.ts'
import { scalarLike } from './leaves.ts'

/** `-x`. */
export const neg: UnaryOp = defineUnary({
  name: 'neg',
  domain: 'number',
  rule: (t) => neg(t),
  reference: (x) => -x,
})

/** `a - b`, with NumPy broadcasting. `i32` wraps. */
export const sub: BinaryOp = defineBinary({
  name: 'sub',
  domain: 'number',
  rules: [(t) => t, (t) => neg(t)],
  reference: (a, b) => a - b,
})

/** `a · b`, with NumPy broadcasting. `i32` wraps. */
export const mul: BinaryOp = defineBinary({
  name: 'mul',
  domain: 'number',
  rules: [(t, _, b) => mul(t, b), (t, a) => mul(t, a)],
  reference: (a, b) => a * b,
  referenceInt: Math.imul,
})

/** `a / b`, with NumPy broadcasting; integers become `f32` first. Division by 0 gives ±∞ or NaN, as IEEE-754 has it. */
export const div: BinaryOp = defineBinary({
  name: 'div',
  domain: 'float',
  rules: [(t, _, b) => div(t, b), (t, _, b, y) => neg(div(mul(t, y), b))],
  reference: (a, b) => a / b,
})

/** The largest whole number that is not above `x`. Its gradient is 0 everywhere, also at the jumps. */
export const floor: UnaryOp = defineUnary({
  name: 'floor',
  domain: 'number',
  rule: (t) => mul(t, scalarLike(t, 0)),
  reference: Math.floor,
})

/**
 * `a - b · floor(a / b)`: the remainder with the sign of the divisor (PyTorch's `remainder`, Python's `%`).
 * Remainder by 0 is NaN, and 0 for `i32`. The gradient is 1 toward `a` and `-floor(a / b)` toward `b`, also at the jumps.
 */
export const remainder: BinaryOp = defineBinary({
  name: 'remainder',
  domain: 'number',
  // The quotient comes from the remainder: a / b itself may round up to the next whole number.
  rules: [(t) => t, (t, a, b, y) => neg(mul(t, floor(add(div(sub(a, y), b), scalarLike(b, 0.5)))))],
  reference: flooredRemainder,
  referenceInt: (a, b) => (b === 0 ? 0 : flooredRemainder(a, b)),
})

function flooredRemainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r
}

/** -1, 0 or 1 by the sign of `x`; NaN stays NaN. Its gradient is 0 everywhere, also at 0. */
export const sign: UnaryOp = defineUnary({
  name: 'sign',
  domain: 'number',
  rule: (t) => mul(t, scalarLike(t, 0)),
  reference: Math.sign,
})

/** `|x|`. At 0, where there is no derivative, the gradient is 0, as in PyTorch. */
export const abs: UnaryOp = defineUnary({
  name: 'abs',
  domain: 'number',
  rule: (t, x) => mul(t, sign(x)),
  reference: Math.abs,
})
