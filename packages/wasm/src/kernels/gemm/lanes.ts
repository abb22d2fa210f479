import type { Effect } from '../../assembler/index.ts'
import { f32x4, f64x2, type Int, i32x4, relaxed, type Vector, v128 } from '../../assembler/index.ts'
import type { Features } from '../generator.ts'

/** What the numbers of a product are. */
export type Numeric = 'f32' | 'f64' | 'i32'

/** Arithmetic of a dtype on vectors of 128 bits, as matrix products need it. */
export interface Lanes {
  readonly dtype: Numeric
  /** Bytes of one number. */
  readonly bytes: number
  /** Numbers in a vector. */
  readonly count: number
  readonly zero: Vector
  /** One number from memory, in all lanes. */
  splat(address: Int, offset?: number): Vector
  add(a: Vector, b: Vector): Vector
  /** `acc + a · b`, rounded once with relaxed SIMD on machines that fuse, else twice. */
  madd(a: Vector, b: Vector, acc: Vector): Vector
  /** One number from memory in the first lane, zeros in the others. */
  loadOne(address: Int, offset?: number): Vector
  /** One number from memory in this lane of `into`. */
  loadLane(address: Int, into: Vector, lane: number, offset?: number): Vector
  storeLane(address: Int, x: Vector, lane: number, offset?: number): Effect
}

/** The lanes of a dtype with what the engine has. */
export function lanesOf(dtype: Numeric, { relaxedSimd }: Features): Lanes {
  const words = {
    bytes: 4,
    count: 4,
    splat: v128.load32Splat,
    loadOne: v128.load32Zero,
    loadLane: v128.load32Lane,
    storeLane: v128.store32Lane,
  }
  if (dtype === 'i32') {
    return {
      dtype,
      ...words,
      zero: i32x4.const([0, 0, 0, 0]),
      add: i32x4.add,
      madd: (a, b, acc) => i32x4.add(acc, i32x4.mul(a, b)),
    }
  }
  if (dtype === 'f32') {
    return {
      dtype,
      ...words,
      zero: f32x4.const(0),
      add: f32x4.add,
      madd: relaxedSimd ? relaxed.f32x4Madd : (a, b, acc) => f32x4.add(acc, f32x4.mul(a, b)),
    }
  }
  return {
    dtype,
    bytes: 8,
    count: 2,
    zero: f64x2.const(0),
    splat: v128.load64Splat,
    loadOne: v128.load64Zero,
    loadLane: v128.load64Lane,
    storeLane: v128.store64Lane,
    add: f64x2.add,
    madd: relaxedSimd ? relaxed.f64x2Madd : (a, b, acc) => f64x2.add(acc, f64x2.mul(a, b)),
  }
}
