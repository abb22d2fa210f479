import type { DType } from '@samkit/core'
import type { Effect, Int, Local, Value, ValueType } from '../../assembler/index.ts'

/** A value that a line computed, to be used any number of times. */
export interface Term {
  readonly dtype: DType
  readonly value: Value
  /** What it is, where that is known. */
  readonly constant?: number
}

/** Where a vector lies: its first lane at `address + delta`, the others `stride` bytes apart. */
export interface Where {
  readonly address: Local<'i32'>
  readonly delta: number
  readonly stride: number
}

/** What takes the values of a reduction, one after another. */
export interface Accumulator {
  /** Begins anew. */
  reset(): void
  /** Takes a value in the lanes of `bits`. */
  take(value: Value, bits: number): void
  /** Takes what another one took. */
  merge(other: Accumulator): void
  /** What each lane came to. */
  value(): Value
}

/** Code for one number (`width` 1) or four at a time. A `bits` has a 1 for each lane that counts. */
export interface Lanes {
  readonly width: number
  typeOf(dtype: DType): ValueType
  constant(dtype: DType, value: number): Value
  /** `first`, `first + step`, … */
  progression(dtype: DType, first: Int, step: number): Value
  /** An elementwise primitive. */
  apply(name: string, dtype: DType, args: readonly Term[]): Value
  load(dtype: DType, at: Where): Value
  /** The lanes of `bits` from memory, the others from `fill`. */
  loadSome(dtype: DType, at: Where, bits: Int, fill: Value): Value
  store(dtype: DType, at: Where, value: Value): Effect
  storeSome(dtype: DType, at: Where, bits: Int, value: Value): Effect
  /** The lanes in which `first + step · lane` is at least 0 and below `size`, as bits. */
  within(first: Int, step: number, size: number): Value<'i32'>
  /** A value as it is, to be fetched again: `slotBytes` bytes for all lanes. */
  readonly slotBytes: number
  fetch(dtype: DType, address: Local<'i32'>, offset: number): Value
  keep(dtype: DType, address: Local<'i32'>, offset: number, value: Value): Effect
  accumulator(name: 'sum' | 'max' | 'min', dtype: DType): Accumulator
  /** All lanes reduced to one, that in every lane. */
  across(name: 'sum' | 'max' | 'min', dtype: DType, value: Value): Value
}
