import type { DType } from '@samkit/core'
import {
  type Code,
  type Effect,
  f32,
  f32x4,
  f64,
  f64x2,
  type Int,
  i32,
  i32x4,
  type Local,
  type Value,
  type ValueType,
  v128,
} from '../../assembler/index.ts'

/**
 * Adding up elements of a dtype in the way the reference kernels do: floats in f64 and rounded when written, whole
 * numbers modulo 2³². One element at a time or `count` neighbours side by side.
 */
export interface Sum {
  readonly type: ValueType
  readonly count: number
  readonly zero: Value
  read(address: Int, offset?: number): Value
  add(a: Value, b: Value): Value
  write(address: Int, sum: Value, offset?: number): Effect
}

type F64 = Value<'f64'>
type I32 = Value<'i32'>
type V128 = Value<'v128'>

/** Sums of one element at a time. */
export function sumOf(dtype: DType): Sum {
  const whole = { type: 'i32', count: 1, zero: i32.const(0) } as const
  const float = { type: 'f64', count: 1, zero: f64.const(0) } as const
  const addInts = (a: Value, b: Value): Value => i32.add(a as I32, b as I32)
  const addFloats = (a: Value, b: Value): Value => f64.add(a as F64, b as F64)
  switch (dtype) {
    case 'bool':
      return {
        ...whole,
        add: addInts,
        read: i32.load8u,
        write: (address, sum, offset) => i32.store8(address, sum as I32, offset),
      }
    case 'i32':
      return {
        ...whole,
        add: addInts,
        read: i32.load,
        write: (address, sum, offset) => i32.store(address, sum as I32, offset),
      }
    case 'f32':
      return {
        ...float,
        add: addFloats,
        read: (address, offset) => f64.promoteF32(f32.load(address, offset)),
        write: (address, sum, offset) => f32.store(address, f32.demoteF64(sum as F64), offset),
      }
    case 'f64':
      return {
        ...float,
        add: addFloats,
        read: f64.load,
        write: (address, sum, offset) => f64.store(address, sum as F64, offset),
      }
  }
}

/** Sums of as many neighbours as fit a vector of what they are added up in. */
function vectorSumOf(dtype: DType): Sum {
  const floats = {
    type: 'v128',
    count: 2,
    zero: f64x2.const(0),
    add: (a: Value, b: Value): Value => f64x2.add(a as V128, b as V128),
  } as const
  switch (dtype) {
    case 'bool':
      return sumOf(dtype)
    case 'i32':
      return {
        type: 'v128',
        count: 4,
        zero: i32x4.const([0, 0, 0, 0]),
        read: v128.load,
        add: (a, b) => i32x4.add(a as V128, b as V128),
        write: (address, sum, offset) => v128.store(address, sum as V128, offset),
      }
    case 'f32':
      return {
        ...floats,
        read: (address, offset) => f64x2.promoteLowF32x4(v128.load64Zero(address, offset)),
        write: (address, sum, offset) =>
          v128.store64Lane(address, f32x4.demoteF64x2Zero(sum as V128), 0, offset),
      }
    case 'f64':
      return {
        ...floats,
        read: v128.load,
        write: (address, sum, offset) => v128.store(address, sum as V128, offset),
      }
  }
}

/** A share of neighbouring columns: a sum, and how many bytes behind the first column it stands. */
export interface Share {
  readonly sum: Sum
  readonly total: Local
  readonly offset: number
}

/**
 * Goes through the columns `from` up to `to`, many side by side while there are many left. `body` is written once for
 * each such width; it finds `total` of every share as the columns before left it.
 */
export function eachColumns(
  code: Code,
  { dtype, bytes, from, to }: { dtype: DType; bytes: number; from: Int; to: Int },
  body: (column: Local<'i32'>, shares: readonly Share[]) => void,
): void {
  const column = code.let(i32.add(from, 0))
  const vector = vectorSumOf(dtype)
  const single = sumOf(dtype)
  const widths =
    vector.count > 1
      ? [
          { sum: vector, copies: 4 },
          { sum: vector, copies: 1 },
        ]
      : []
  for (const { sum, copies } of [...widths, { sum: single, copies: 1 }]) {
    const shares = Array.from({ length: copies }, (_, i) => ({
      sum,
      total: code.local(sum.type),
      offset: i * sum.count * bytes,
    }))
    const width = copies * sum.count
    code.while(
      () => i32.leS(i32.add(column, width), to),
      () => {
        body(column, shares)
        code.increase(column, width)
      },
    )
  }
}
