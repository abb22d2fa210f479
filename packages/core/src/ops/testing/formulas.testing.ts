import * as exact from './exact.testing.ts'

/** An elementwise primitive, said a second time. */
export interface Formula {
  /** The value for floats (and booleans, as 0 and 1). */
  real(...x: number[]): number
  /** The value for `i32`, before it wraps. Default: `real`. */
  whole?(...x: bigint[]): bigint
  /** How far the kernel may be off, in units of the last place of an `f64`. Default 0. */
  readonly ulps?: number
  /** False where the sign of a zero result is left open. Default true. */
  readonly signedZero?: boolean
  /** Groups of operands in which it is linear. Default none. */
  readonly linear?: readonly (readonly number[])[]
}

const truth = (value: boolean): number => (value ? 1 : 0)
const negative = (x: number): boolean => x < 0 || Object.is(x, -0)
const size = (x: bigint): bigint => (x < 0n ? -x : x)

/**
 * The elementwise primitives by name. A new one needs its formula here and nothing else: shapes, dtypes, broadcasting,
 * gradients and their domain are worked out.
 */
export const formulas: Readonly<Record<string, Formula>> = {
  neg: { real: (x) => -1 * x, whole: (x) => -x, linear: [[0]] },
  abs: { real: (x) => (negative(x) ? -x : x), whole: size },
  sign: {
    real: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
    whole: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  },
  floor: {
    real: (x) => (Math.trunc(x) > x ? Math.trunc(x) - 1 : Math.trunc(x)),
    whole: (x) => x,
  },
  exp: { real: exact.exp, ulps: 1 },
  log: { real: exact.log, ulps: 1 },
  log1p: { real: exact.log1p, ulps: 1 },
  expm1: { real: exact.expm1, ulps: 1 },
  sqrt: { real: exact.sqrt },
  sin: { real: exact.sin, ulps: 1 },
  cos: { real: exact.cos, ulps: 1 },
  tanh: { real: exact.tanh, ulps: 2 },
  erf: { real: exact.erf, ulps: 4 },
  add: { real: (a, b) => a + b, whole: (a, b) => a + b, linear: [[0, 1]] },
  sub: { real: (a, b) => a + -b, whole: (a, b) => a - b, linear: [[0, 1]] },
  mul: { real: (a, b) => a * b, whole: (a, b) => a * b, linear: [[0], [1]] },
  div: { real: (a, b) => a / b, linear: [[0]] },
  pow: { real: exact.pow, ulps: 2 },
  remainder: {
    real: (a, b) => {
      if (!Number.isFinite(a) || Number.isNaN(b) || b === 0) return Number.NaN
      if (Number.isFinite(b)) return exact.floorRemainder(a, b)
      return a === 0 || a < 0 === b < 0 ? a : b
    },
    whole: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
    signedZero: false,
  },
  maximum: {
    real: (a, b) => (a === b ? (Object.is(a, -0) ? b : a) : a > b ? a : a < b ? b : Number.NaN),
    whole: (a, b) => (a + b + size(a - b)) / 2n,
  },
  minimum: {
    real: (a, b) => (a === b ? (Object.is(a, -0) ? a : b) : a < b ? a : a > b ? b : Number.NaN),
    whole: (a, b) => (a + b - size(a - b)) / 2n,
  },
  eq: { real: (a, b) => truth(a <= b && a >= b) },
  lt: { real: (a, b) => truth(a < b) },
  le: { real: (a, b) => truth(a < b || a === b) },
  and: { real: (a, b) => a * b },
  or: { real: (a, b) => truth(a + b > 0) },
  not: { real: (x) => 1 - x },
}
