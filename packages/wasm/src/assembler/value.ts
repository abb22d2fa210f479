import type { Bytes } from './bytes.ts'

/** The types of values on WebAssembly's stack. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** How the binary format writes each type. */
export const typeCode: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
}

/** An expression that leaves one value. Using it twice computes it twice: keep it in a local. */
export interface Value<T extends ValueType = ValueType> {
  readonly type: T
  emit(out: Bytes): void
}

/** Something that leaves no value, such as a store. */
export interface Effect {
  emit(out: Bytes): void
}

/** Where an i32 is asked for, a number stands for a constant. */
export type Int = Value<'i32'> | number

/** Where an i32 is asked for, a number stands for a constant. */
export function int(value: Int): Value<'i32'> {
  if (typeof value !== 'number') return value
  return {
    type: 'i32',
    emit: (out) => {
      out.byte(0x41)
      out.signed(BigInt(value | 0))
    },
  }
}

/** A SIMD instruction's code comes after a prefix and may need two bytes. */
export function simdCode(out: Bytes, code: number): void {
  out.byte(0xfd)
  out.unsigned(code)
}

/** An instruction of one operand. */
export function unary<T extends ValueType, X extends ValueType>(
  type: T,
  code: number,
): (x: Value<X>) => Value<T> {
  return (x) => ({
    type,
    emit: (out) => {
      x.emit(out)
      out.byte(code)
    },
  })
}

/** An instruction of two operands of one type. */
export function binary<T extends ValueType, X extends ValueType>(
  type: T,
  code: number,
): (a: Value<X>, b: Value<X>) => Value<T> {
  return (a, b) => ({
    type,
    emit: (out) => {
      a.emit(out)
      b.emit(out)
      out.byte(code)
    },
  })
}

/** Where in memory: an address plus a constant number of bytes. */
export function loadAt<T extends ValueType>(
  type: T,
  code: (out: Bytes) => void,
  align: number,
): (address: Int, offset?: number) => Value<T> {
  return (address, offset = 0) => ({
    type,
    emit: (out) => {
      int(address).emit(out)
      code(out)
      out.unsigned(align)
      out.unsigned(offset)
    },
  })
}

/** The same for writing. */
export function storeAt<T extends ValueType>(
  code: (out: Bytes) => void,
  align: number,
): (address: Int, value: Value<T>, offset?: number) => Effect {
  return (address, value, offset = 0) => ({
    emit: (out) => {
      int(address).emit(out)
      value.emit(out)
      code(out)
      out.unsigned(align)
      out.unsigned(offset)
    },
  })
}
