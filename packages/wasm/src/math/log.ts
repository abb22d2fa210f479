import { f32x4, i32x4, type Local, type Vector, v128 } from '../assembler/index.ts'
import { estrin, type MathCode, powerOfTwo, signOf, type VectorFunction } from './arithmetic.ts'

// x = 2ᵉ (1 + f) with 1 + f between √½ and √2, so log x = e ln 2 + log(1 + f) (Cody and Waite, Software Manual for the
// Elementary Functions, 1980, chapter 5).
const log2High = 0.693359375
const log2Low = -2.1219444005469057e-4
/** The bits of √½. */
const rootOfHalf = 0x3f3504f3

// (log(1 + f) - f + f²/2) / f³, minimax by Remez' exchange: relative to f within 2^-27.
const tail = [
  0.33333316445350647, -0.25000816583633423, 0.20002302527427673, -0.1662435233592987, 0.14180700480937958,
  -0.13130412995815277, 0.12885843217372894, -0.07860031723976135,
]

/** e and 1 + f of a normal x > 0. */
function split(
  { code, whole }: MathCode,
  x: Vector,
): { readonly e: Local<'v128'>; readonly mantissa: Vector } {
  const e = code.let(i32x4.shrS(i32x4.sub(x, whole(rootOfHalf)), 23))
  return { e, mantissa: i32x4.sub(x, i32x4.shl(e, 23)) }
}

function logOf(math: MathCode, exponent: Local<'v128'>, f: Local<'v128'>): Vector {
  const { code, madd, float } = math
  const square = code.let(f32x4.mul(f, f))
  const cubic = f32x4.mul(f32x4.mul(square, f), estrin(math, f, tail))
  const low = madd(exponent, float(log2Low), cubic)
  const small = f32x4.add(f, madd(square, float(-0.5), low))
  return madd(exponent, float(log2High), small)
}

/** The result where x is a positive number, else what it is at 0, below, at infinity and NaN. */
function withEnds({ float }: MathCode, x: Vector, result: Vector, original: Vector): Vector {
  const zero = float(0)
  const below = v128.bitselect(float(Number.NEGATIVE_INFINITY), float(Number.NaN), f32x4.eq(x, zero))
  const above = v128.bitselect(result, original, f32x4.lt(x, float(Number.POSITIVE_INFINITY)))
  return v128.bitselect(below, above, f32x4.le(x, zero))
}

/** The natural logarithm, within 1 ULP; -∞ at 0, NaN below. */
export const log: VectorFunction = (math, x) => {
  const { code, float } = math
  const tiny = code.let(f32x4.lt(x, float(2 ** -126)))
  const normal = code.let(v128.bitselect(f32x4.mul(x, float(2 ** 23)), x, tiny))
  const { e, mantissa } = split(math, normal)
  const exponent = f32x4.sub(f32x4.convertI32x4S(e), v128.and(tiny, float(23)))
  const f = code.let(f32x4.sub(mantissa, float(1)))
  return withEnds(math, x, logOf(math, code.let(exponent), f), x)
}

/** `log(1 + x)`, within 2 ULP. */
export const log1p: VectorFunction = (math, x) => {
  const { code, madd, float, whole } = math
  const one = float(1)
  const sum = code.let(f32x4.add(x, one))
  // What rounding took from 1 + x belongs to f; for small x it is all of it.
  const lost = f32x4.sub(x, f32x4.sub(sum, one))
  const { e, mantissa } = split(math, sum)
  const scale = powerOfTwo(math, i32x4.neg(i32x4.minS(e, whole(126))))
  const f = code.let(madd(lost, scale, f32x4.sub(mantissa, one)))
  const result = logOf(math, code.let(f32x4.convertI32x4S(e)), f)
  // The sign is that of x, also of -0.
  return v128.or(withEnds(math, sum, result, x), signOf(math, x))
}
