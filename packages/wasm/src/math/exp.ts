import { f32x4, i32x4, type Local, type Vector, v128 } from '../assembler/index.ts'
import {
  estrin,
  type MathCode,
  nearestMultiple,
  powerOfTwo,
  roundingOffset,
  signOf,
  type VectorFunction,
} from './arithmetic.ts'

// x = n ln 2 + r with |r| ≤ ln 2 / 2, so eˣ = 2ⁿ eʳ (Cody and Waite, Software Manual for the Elementary Functions,
// 1980, chapter 6). The first part of ln 2 has so few bits that n times it is exact.
const perLog2 = 1 / Math.LN2
const log2High = 0.693359375
const log2Low = -2.1219444005469057e-4

// (eʳ - 1 - r) / r², minimax by Remez' exchange: relative to eʳ within 2^-28, relative to eʳ - 1 within 2^-26 and
// with one term more within 2^-31.
const forExp = [
  0.4999999403953552, 0.16666515171527863, 0.04166845604777336, 0.008369418792426586, 0.0013813144760206342,
]
const forExpm1 = [
  0.5, 0.1666666716337204, 0.04166634380817413, 0.008333270438015461, 0.001394204213283956,
  0.00019915620214305818,
]

function clamp({ float }: MathCode, x: Vector, low: number, high: number): Vector {
  // In this order NaN comes through.
  return f32x4.pmax(f32x4.pmin(x, float(high)), float(low))
}

/** What n times ln 2 leaves of x. */
function remainder({ code, madd, float }: MathCode, n: Vector, x: Vector): Local<'v128'> {
  const whole = code.let(n)
  return code.let(madd(whole, float(-log2Low), madd(whole, float(-log2High), x)))
}

/** `eʳ - 1` for small r. */
function nearOne(math: MathCode, r: Local<'v128'>, coefficients: readonly number[]): Vector {
  return math.madd(f32x4.mul(r, r), estrin(math, r, coefficients), r)
}

// A sum with this holds n - 1 in its low bits, in the form that exponents of floats have.
const toExponent = roundingOffset + 126
// The bits of 2⁻¹²⁵: by this much every eʳ can be scaled without loss, and by any larger power up to 2¹²⁷.
const leastPower = 2 << 23

/** `eˣ`, within 1 ULP; also where the result is denormal. */
export const exp: VectorFunction = (math, x) => {
  const { code, madd, float, whole } = math
  const clamped = code.let(clamp(math, x, -104, 89))
  const shifted = code.let(madd(clamped, float(perLog2), float(toExponent)))
  const r = remainder(math, f32x4.sub(shifted, float(toExponent)), clamped)
  // By 2ⁿ⁻¹ as far as no bit is lost, then by 2 or by what is missing down to a denormal.
  const power = code.let(i32x4.shl(shifted, 23))
  const first = i32x4.maxS(power, whole(leastPower))
  const second = i32x4.add(i32x4.minS(power, whole(leastPower)), whole((128 << 23) - leastPower))
  const scaled = f32x4.mul(f32x4.add(nearOne(math, r, forExp), float(1)), first)
  return f32x4.mul(scaled, second)
}

/** `eˣ - 1`, within 2 ULP. */
export const expm1: VectorFunction = (math, x) => {
  const { code, madd, float, whole } = math
  const clamped = code.let(clamp(math, x, -18, 89))
  const { n, bits } = nearestMultiple(math, clamped, perLog2)
  const r = remainder(math, n, clamped)
  const half = code.let(powerOfTwo(math, i32x4.sub(bits, whole(1))))
  const less = f32x4.sub(half, float(0.5))
  const halved = code.let(madd(nearOne(math, r, forExpm1), half, less))
  // The sign is that of x, also of -0.
  return v128.or(f32x4.add(halved, halved), signOf(math, x))
}
