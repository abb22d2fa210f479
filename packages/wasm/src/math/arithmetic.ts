import { type Code, f32x4, i32x4, type Local, relaxed, type Vector, v128 } from '../assembler/index.ts'

/** What functions of vectors are written with. */
export interface MathCode {
  readonly code: Code
  /** `a · b + c`, rounded once where the machine can. */
  madd(a: Vector, b: Vector, c: Vector): Vector
}

/** A function of four f32 at once; the argument may be used any number of times. */
export type VectorFunction = (math: MathCode, x: Local<'v128'>) => Vector

/** The means of an engine with or without relaxed SIMD. */
export function mathCode(code: Code, { relaxedSimd }: { readonly relaxedSimd: boolean }): MathCode {
  return { code, madd: relaxedSimd ? relaxed.f32x4Madd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c) }
}

/** `c₀ + c₁x + c₂x² + …` by Horner's rule. */
export function polynomial({ madd }: MathCode, x: Vector, coefficients: readonly number[]): Vector {
  const [last = 0, ...rest] = [...coefficients].reverse()
  return rest.reduce((sum, c) => madd(sum, x, f32x4.const(c)), f32x4.const(last))
}

/** One whole number in all lanes. */
export function ints(value: number): Vector {
  return i32x4.const([value, value, value, value])
}

/** Only the sign of each lane. */
export function signOf(x: Vector): Vector {
  return v128.and(x, ints(-(2 ** 31)))
}

/** What holds a whole number in its low bits: adding it to a float below 2²² rounds that to the nearest one. */
const roundingOffset = 12582912

/** `x · factor` rounded to the nearest whole number, as a float and as the bits it was found by. */
export function nearestMultiple(
  { code, madd }: MathCode,
  x: Vector,
  factor: number,
): { readonly float: Local<'v128'>; readonly bits: Local<'v128'> } {
  const shifted = code.let(madd(x, f32x4.const(factor), f32x4.const(roundingOffset)))
  const float = code.let(f32x4.sub(shifted, f32x4.const(roundingOffset)))
  return { float, bits: code.let(i32x4.sub(shifted, ints(0x4b400000))) }
}

/** `2ⁿ` for whole n from -126 to 127: the exponent's bits. */
export function powerOfTwo(n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, ints(127)), 23)
}
