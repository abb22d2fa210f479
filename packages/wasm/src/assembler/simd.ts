import type { Bytes } from './bytes.ts'
import { type Effect, type Int, int, loadAt, simdCode, storeAt, type Value, type ValueType } from './value.ts'

// Instructions on vectors of 128 bits (WebAssembly core specification, section 5.4.9, and the relaxed ones of
// WebAssembly 3.0). What must be tested for at run time is in `relaxed`.

/** A vector. */
export type Vector = Value<'v128'>

const op =
  (code: number): ((out: Bytes) => void) =>
  (out) =>
    simdCode(out, code)

function from<X extends ValueType>(code: number): (x: Value<X>) => Vector {
  return (x) => ({
    type: 'v128',
    emit: (out) => {
      x.emit(out)
      simdCode(out, code)
    },
  })
}

const one = (code: number): ((x: Vector) => Vector) => from<'v128'>(code)

function two(code: number): (a: Vector, b: Vector) => Vector {
  return (a, b) => ({
    type: 'v128',
    emit: (out) => {
      a.emit(out)
      b.emit(out)
      simdCode(out, code)
    },
  })
}

function three(code: number): (a: Vector, b: Vector, c: Vector) => Vector {
  return (a, b, c) => ({
    type: 'v128',
    emit: (out) => {
      a.emit(out)
      b.emit(out)
      c.emit(out)
      simdCode(out, code)
    },
  })
}

function shift(code: number): (x: Vector, bits: Int) => Vector {
  return (x, bits) => ({
    type: 'v128',
    emit: (out) => {
      x.emit(out)
      int(bits).emit(out)
      simdCode(out, code)
    },
  })
}

function test(code: number): (x: Vector) => Value<'i32'> {
  return (x) => ({
    type: 'i32',
    emit: (out) => {
      x.emit(out)
      simdCode(out, code)
    },
  })
}

function extract<T extends ValueType>(type: T, code: number): (x: Vector, lane: number) => Value<T> {
  return (x, lane) => ({
    type,
    emit: (out) => {
      x.emit(out)
      simdCode(out, code)
      out.byte(lane)
    },
  })
}

function replace<T extends ValueType>(code: number): (x: Vector, lane: number, value: Value<T>) => Vector {
  return (x, lane, value) => ({
    type: 'v128',
    emit: (out) => {
      x.emit(out)
      value.emit(out)
      simdCode(out, code)
      out.byte(lane)
    },
  })
}

function loadLane(
  code: number,
  align: number,
): (address: Int, into: Vector, lane: number, offset?: number) => Vector {
  return (address, into, lane, offset = 0) => ({
    type: 'v128',
    emit: (out) => {
      int(address).emit(out)
      into.emit(out)
      simdCode(out, code)
      out.unsigned(align)
      out.unsigned(offset)
      out.byte(lane)
    },
  })
}

function storeLane(
  code: number,
  align: number,
): (address: Int, x: Vector, lane: number, offset?: number) => Effect {
  return (address, x, lane, offset = 0) => ({
    emit: (out) => {
      int(address).emit(out)
      x.emit(out)
      simdCode(out, code)
      out.unsigned(align)
      out.unsigned(offset)
      out.byte(lane)
    },
  })
}

function constant(bytes: Uint8Array): Vector {
  return {
    type: 'v128',
    emit: (out) => {
      simdCode(out, 12)
      out.append(bytes)
    },
  }
}

/** Loads, stores and bits, whatever the lanes. Alignment is a hint of 4 bytes: no address has to be aligned. */
export const v128 = {
  load: loadAt('v128', op(0), 2),
  store: storeAt<'v128'>(op(11), 2),
  /** 32 bits in the first lane, zeros in the others. */
  load32Zero: loadAt('v128', op(92), 2),
  load64Zero: loadAt('v128', op(93), 2),
  load32Splat: loadAt('v128', op(9), 2),
  load64Splat: loadAt('v128', op(10), 2),
  load32Lane: loadLane(86, 2),
  load64Lane: loadLane(87, 2),
  store32Lane: storeLane(90, 2),
  store64Lane: storeLane(91, 2),
  not: one(77),
  and: two(78),
  /** `a & ~b` */
  andnot: two(79),
  or: two(80),
  xor: two(81),
  /** Bits of `a` where `mask` is 1, of `b` where it is 0. */
  bitselect: three(82) as (a: Vector, b: Vector, mask: Vector) => Vector,
  anyTrue: test(83),
}

/** Sixteen lanes of 8 bits, where bytes are moved about. */
export const i8x16 = {
  splat: from<'i32'>(15),
  const: (bytes: readonly number[]): Vector => constant(Uint8Array.from(bytes)),
  narrowI16x8U: two(102),
  /** Picks 16 of the 32 bytes of `a` and `b`. */
  shuffle: (a: Vector, b: Vector, bytes: readonly number[]): Vector => ({
    type: 'v128',
    emit: (out) => {
      a.emit(out)
      b.emit(out)
      simdCode(out, 13)
      out.byte(...bytes)
    },
  }),
}

/** Eight lanes of 16 bits, on the way between bytes and words. */
export const i16x8 = {
  extendLowI8x16U: one(0x89),
  narrowI32x4S: two(0x85),
  narrowI32x4U: two(0x86),
}

/** Four lanes of 32-bit whole numbers. A comparison gives all ones for true. */
export const i32x4 = {
  splat: (x: Int): Vector => from<'i32'>(17)(int(x)),
  const: (values: readonly number[]): Vector => constant(new Uint8Array(Int32Array.from(values).buffer)),
  extract: extract('i32', 27),
  replace: (x: Vector, lane: number, value: Int): Vector => replace<'i32'>(28)(x, lane, int(value)),
  eq: two(55),
  ne: two(56),
  ltS: two(57),
  gtS: two(59),
  gtU: two(60),
  leS: two(61),
  geS: two(63),
  abs: one(0xa0),
  neg: one(0xa1),
  allTrue: test(0xa3),
  bitmask: test(0xa4),
  extendLowI16x8U: one(0xa9),
  shl: shift(0xab),
  shrS: shift(0xac),
  shrU: shift(0xad),
  add: two(0xae),
  sub: two(0xb1),
  mul: two(0xb5),
  minS: two(0xb6),
  maxS: two(0xb8),
  /** Toward zero; NaN gives 0, what is out of range the nearest end. */
  truncSatF32x4S: one(0xf8),
  truncSatF64x2SZero: one(0xfc),
}

/** Two lanes of 64-bit whole numbers. */
export const i64x2 = {
  splat: from<'i64'>(18),
  extract: extract('i64', 29),
  shl: shift(0xcb),
  shrU: shift(0xcd),
  add: two(0xce),
  mul: two(0xd5),
  /** The 64-bit products of lanes 0 and 1, unsigned. */
  extmulLowI32x4U: two(0xde),
  /** The 64-bit products of lanes 2 and 3, unsigned. */
  extmulHighI32x4U: two(0xdf),
}

/** Four lanes of 32-bit floats. */
export const f32x4 = {
  splat: from<'f32'>(19),
  const: (value: number): Vector =>
    constant(new Uint8Array(Float32Array.of(value, value, value, value).buffer)),
  lanes: (values: readonly number[]): Vector => constant(new Uint8Array(Float32Array.from(values).buffer)),
  extract: extract('f32', 31),
  replace: replace<'f32'>(32),
  eq: two(65),
  ne: two(66),
  lt: two(67),
  gt: two(68),
  le: two(69),
  ge: two(70),
  ceil: one(103),
  floor: one(104),
  trunc: one(105),
  nearest: one(106),
  abs: one(0xe0),
  neg: one(0xe1),
  sqrt: one(0xe3),
  add: two(0xe4),
  sub: two(0xe5),
  mul: two(0xe6),
  div: two(0xe7),
  /** NaN if either is. */
  min: two(0xe8),
  max: two(0xe9),
  /** `b < a ? b : a` */
  pmin: two(0xea),
  /** `a < b ? b : a` */
  pmax: two(0xeb),
  convertI32x4S: one(0xfa),
  demoteF64x2Zero: one(94),
}

/** Two lanes of 64-bit floats. */
export const f64x2 = {
  splat: from<'f64'>(20),
  const: (value: number): Vector => constant(new Uint8Array(Float64Array.of(value, value).buffer)),
  extract: extract('f64', 33),
  replace: replace<'f64'>(34),
  eq: two(71),
  ne: two(72),
  lt: two(73),
  gt: two(74),
  le: two(75),
  ge: two(76),
  floor: one(117),
  trunc: one(122),
  nearest: one(148),
  abs: one(0xec),
  neg: one(0xed),
  sqrt: one(0xef),
  add: two(0xf0),
  sub: two(0xf1),
  mul: two(0xf2),
  div: two(0xf3),
  min: two(0xf4),
  max: two(0xf5),
  convertLowI32x4S: one(0xfe),
  promoteLowF32x4: one(95),
}

/** Instructions of relaxed SIMD: only where the engine has them. */
export const relaxed = {
  /** `a · b + c`, rounded once or twice as the machine pleases, the same way each time on one machine. */
  f32x4Madd: three(0x105),
  /** `-(a · b) + c` */
  f32x4Nmadd: three(0x106),
  f64x2Madd: three(0x107),
}
