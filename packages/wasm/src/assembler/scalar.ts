import type { Bytes } from './bytes.ts'
import { binary, type Int, int, loadAt, storeAt, unary, type Value, type ValueType } from './value.ts'

// Instructions on single numbers (WebAssembly core specification, section 5.4). A load or store takes an address and a
// constant number of bytes to add.

const op =
  (code: number): ((out: Bytes) => void) =>
  (out) =>
    out.byte(code)

const onInts =
  (code: number): ((a: Int, b: Int) => Value<'i32'>) =>
  (a, b) =>
    binary<'i32', 'i32'>('i32', code)(int(a), int(b))

/** Instructions that give or take 32-bit whole numbers. */
export const i32 = {
  const: (value: number): Value<'i32'> => int(value),
  load: loadAt('i32', op(0x28), 2),
  load8u: loadAt('i32', op(0x2d), 0),
  store: (address: Int, value: Int, offset = 0) => storeAt<'i32'>(op(0x36), 2)(address, int(value), offset),
  store8: (address: Int, value: Int, offset = 0) => storeAt<'i32'>(op(0x3a), 0)(address, int(value), offset),
  eqz: (x: Int): Value<'i32'> => unary<'i32', 'i32'>('i32', 0x45)(int(x)),
  eq: onInts(0x46),
  ne: onInts(0x47),
  ltS: onInts(0x48),
  ltU: onInts(0x49),
  gtS: onInts(0x4a),
  gtU: onInts(0x4b),
  leS: onInts(0x4c),
  leU: onInts(0x4d),
  geS: onInts(0x4e),
  geU: onInts(0x4f),
  clz: (x: Int): Value<'i32'> => unary<'i32', 'i32'>('i32', 0x67)(int(x)),
  ctz: (x: Int): Value<'i32'> => unary<'i32', 'i32'>('i32', 0x68)(int(x)),
  add: onInts(0x6a),
  sub: onInts(0x6b),
  mul: onInts(0x6c),
  divS: onInts(0x6d),
  divU: onInts(0x6e),
  remS: onInts(0x6f),
  remU: onInts(0x70),
  and: onInts(0x71),
  or: onInts(0x72),
  xor: onInts(0x73),
  shl: onInts(0x74),
  shrS: onInts(0x75),
  shrU: onInts(0x76),
  wrapI64: unary<'i32', 'i64'>('i32', 0xa7),
  reinterpretF32: unary<'i32', 'f32'>('i32', 0xbc),
  /** Toward zero; NaN gives 0, what is out of range the nearest end. */
  truncSatF32: (x: Value<'f32'>): Value<'i32'> => saturating(x, 0),
  truncSatF64: (x: Value<'f64'>): Value<'i32'> => saturating(x, 2),
}

function saturating(x: Value, code: number): Value<'i32'> {
  return {
    type: 'i32',
    emit: (out) => {
      x.emit(out)
      out.byte(0xfc, code)
    },
  }
}

/** Instructions that give 64-bit whole numbers. */
export const i64 = {
  const: (value: bigint): Value<'i64'> => ({
    type: 'i64',
    emit: (out) => {
      out.byte(0x42)
      out.signed(value)
    },
  }),
  load: loadAt('i64', op(0x29), 3),
  store: storeAt<'i64'>(op(0x37), 3),
  add: binary<'i64', 'i64'>('i64', 0x7c),
  sub: binary<'i64', 'i64'>('i64', 0x7d),
  mul: binary<'i64', 'i64'>('i64', 0x7e),
  and: binary<'i64', 'i64'>('i64', 0x83),
  or: binary<'i64', 'i64'>('i64', 0x84),
  xor: binary<'i64', 'i64'>('i64', 0x85),
  shl: binary<'i64', 'i64'>('i64', 0x86),
  shrU: binary<'i64', 'i64'>('i64', 0x88),
  extendI32S: (x: Int): Value<'i64'> => unary<'i64', 'i32'>('i64', 0xac)(int(x)),
  extendI32U: (x: Int): Value<'i64'> => unary<'i64', 'i32'>('i64', 0xad)(int(x)),
}

function floatConst<T extends 'f32' | 'f64'>(type: T, value: number): Value<T> {
  const bytes = new DataView(new ArrayBuffer(8))
  if (type === 'f32') bytes.setFloat32(0, value, true)
  else bytes.setFloat64(0, value, true)
  return {
    type,
    emit: (out) => {
      out.byte(type === 'f32' ? 0x43 : 0x44)
      out.append(new Uint8Array(bytes.buffer, 0, type === 'f32' ? 4 : 8))
    },
  }
}

/** Instructions that give or compare 32-bit floats. */
export const f32 = {
  const: (value: number): Value<'f32'> => floatConst('f32', value),
  load: loadAt('f32', op(0x2a), 2),
  store: storeAt<'f32'>(op(0x38), 2),
  eq: binary<'i32', 'f32'>('i32', 0x5b),
  ne: binary<'i32', 'f32'>('i32', 0x5c),
  lt: binary<'i32', 'f32'>('i32', 0x5d),
  gt: binary<'i32', 'f32'>('i32', 0x5e),
  le: binary<'i32', 'f32'>('i32', 0x5f),
  ge: binary<'i32', 'f32'>('i32', 0x60),
  abs: unary<'f32', 'f32'>('f32', 0x8b),
  neg: unary<'f32', 'f32'>('f32', 0x8c),
  ceil: unary<'f32', 'f32'>('f32', 0x8d),
  floor: unary<'f32', 'f32'>('f32', 0x8e),
  trunc: unary<'f32', 'f32'>('f32', 0x8f),
  nearest: unary<'f32', 'f32'>('f32', 0x90),
  sqrt: unary<'f32', 'f32'>('f32', 0x91),
  add: binary<'f32', 'f32'>('f32', 0x92),
  sub: binary<'f32', 'f32'>('f32', 0x93),
  mul: binary<'f32', 'f32'>('f32', 0x94),
  div: binary<'f32', 'f32'>('f32', 0x95),
  /** NaN if either is. */
  min: binary<'f32', 'f32'>('f32', 0x96),
  max: binary<'f32', 'f32'>('f32', 0x97),
  copysign: binary<'f32', 'f32'>('f32', 0x98),
  convertI32S: (x: Int): Value<'f32'> => unary<'f32', 'i32'>('f32', 0xb2)(int(x)),
  convertI32U: (x: Int): Value<'f32'> => unary<'f32', 'i32'>('f32', 0xb3)(int(x)),
  demoteF64: unary<'f32', 'f64'>('f32', 0xb6),
  reinterpretI32: (x: Int): Value<'f32'> => unary<'f32', 'i32'>('f32', 0xbe)(int(x)),
}

/** Instructions that give or compare 64-bit floats. */
export const f64 = {
  const: (value: number): Value<'f64'> => floatConst('f64', value),
  load: loadAt('f64', op(0x2b), 3),
  store: storeAt<'f64'>(op(0x39), 3),
  eq: binary<'i32', 'f64'>('i32', 0x61),
  ne: binary<'i32', 'f64'>('i32', 0x62),
  lt: binary<'i32', 'f64'>('i32', 0x63),
  gt: binary<'i32', 'f64'>('i32', 0x64),
  le: binary<'i32', 'f64'>('i32', 0x65),
  ge: binary<'i32', 'f64'>('i32', 0x66),
  abs: unary<'f64', 'f64'>('f64', 0x99),
  neg: unary<'f64', 'f64'>('f64', 0x9a),
  ceil: unary<'f64', 'f64'>('f64', 0x9b),
  floor: unary<'f64', 'f64'>('f64', 0x9c),
  trunc: unary<'f64', 'f64'>('f64', 0x9d),
  nearest: unary<'f64', 'f64'>('f64', 0x9e),
  sqrt: unary<'f64', 'f64'>('f64', 0x9f),
  add: binary<'f64', 'f64'>('f64', 0xa0),
  sub: binary<'f64', 'f64'>('f64', 0xa1),
  mul: binary<'f64', 'f64'>('f64', 0xa2),
  div: binary<'f64', 'f64'>('f64', 0xa3),
  /** NaN if either is. */
  min: binary<'f64', 'f64'>('f64', 0xa4),
  max: binary<'f64', 'f64'>('f64', 0xa5),
  copysign: binary<'f64', 'f64'>('f64', 0xa6),
  convertI32S: (x: Int): Value<'f64'> => unary<'f64', 'i32'>('f64', 0xb7)(int(x)),
  convertI32U: (x: Int): Value<'f64'> => unary<'f64', 'i32'>('f64', 0xb8)(int(x)),
  promoteF32: unary<'f64', 'f32'>('f64', 0xbb),
}

/** `a` where the condition is not 0, else `b`; both are computed. */
export function select<T extends ValueType>(condition: Int, a: Value<T>, b: Value<T>): Value<T> {
  return {
    type: a.type,
    emit: (out) => {
      a.emit(out)
      b.emit(out)
      int(condition).emit(out)
      if (a.type === 'v128') out.byte(0x1c, 1, 0x7b)
      else out.byte(0x1b)
    },
  }
}
