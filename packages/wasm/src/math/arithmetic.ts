import { type Code, f32x4, i32x4, type Local, relaxed, type Vector, v128 } from '../assembler/index.ts'

/** What functions of vectors are written with. */
export interface MathCode {
  readonly code: Code
  /** One float in all lanes. */
  float(value: number): Vector
  /** One whole number in all lanes. */
  whole(value: number): Vector
  /** `a · b + c`, rounded once where the machine can. */
  madd(a: Vector, b: Vector, c: Vector): Vector
}

/** A function of four f32 at once; the argument may be used any number of times. */
export type VectorFunction = (math: MathCode, x: Local<'v128'>) => Vector

/** The means of an engine with or without relaxed SIMD. */
export function mathCode(code: Code, { relaxedSimd }: { readonly relaxedSimd: boolean }): MathCode {
  return {
    code,
    float: (value) => code.constant(f32x4.const(value)),
    whole: (value) => code.constant(i32x4.const([value, value, value, value])),
    madd: relaxedSimd ? relaxed.f32x4Madd : (a, b, c) => f32x4.add(f32x4.mul(a, b), c),
  }
}

/** `c₀ + c₁x + c₂x² + …` by Horner's rule: the fewest instructions. */
export function horner({ madd, float }: MathCode, x: Vector, coefficients: readonly number[]): Vector {
  const [last = 0, ...rest] = [...coefficients].reverse()
  return rest.reduce((sum, c) => madd(sum, x, float(c)), float(last))
}

/** The same by Estrin's scheme, pairs and pairs of pairs: the least waiting of one instruction for another. */
export function estrin(
  { code, madd, float }: MathCode,
  x: Local<'v128'>,
  coefficients: readonly number[],
): Vector {
  let terms: Vector[] = coefficients.map(float)
  let power = x
  while (terms.length > 1) {
    const pairs: Vector[] = []
    for (let i = 0; i < terms.length; i += 2) {
      const [low, high] = [terms[i] as Vector, terms[i + 1]]
      pairs.push(high === undefined ? low : code.let(madd(high, power, low)))
    }
    terms = pairs
    if (terms.length > 1) power = code.let(f32x4.mul(power, power))
  }
  return terms[0] as Vector
}

/** Only the sign of each lane. */
export function signOf({ whole }: MathCode, x: Vector): Vector {
  return v128.and(x, whole(-(2 ** 31)))
}

/** What holds a whole number in its low bits: adding it to a float below 2²² rounds that to the nearest one. */
export const roundingOffset = 12582912

/** `x · factor` rounded to the nearest whole number, as a float and as a whole number. */
export function nearestMultiple(
  { code, madd, float, whole }: MathCode,
  x: Vector,
  factor: number,
): { readonly n: Local<'v128'>; readonly bits: Local<'v128'> } {
  const shifted = code.let(madd(x, float(factor), float(roundingOffset)))
  const n = code.let(f32x4.sub(shifted, float(roundingOffset)))
  return { n, bits: code.let(i32x4.sub(shifted, whole(0x4b400000))) }
}

/** `2ⁿ` for whole n from -126 to 127: the exponent's bits. */
export function powerOfTwo({ whole }: MathCode, n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, whole(127)), 23)
}
