import type { DType } from '@samkit/core'

/** The dtypes whose results may be off by something. */
export type FloatDType = 'f32' | 'f64'

/** Whether a dtype is one of floating point. */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'f32' || dtype === 'f64'
}

/** The smallest normal number, by dtype. */
export const smallestNormal: Readonly<Record<FloatDType, number>> = { f32: 2 ** -126, f64: 2 ** -1022 }

/** Where sums of terms may have left the range on their way, by dtype. */
export const nearlyInfinite: Readonly<Record<FloatDType, number>> = { f32: 2 ** 127, f64: 2 ** 1023 }

const bits: Readonly<Record<FloatDType, number>> = { f32: 23, f64: 52 }

/** The distance from a number of this size to the next one: one unit in the last place. */
export function unitAt(size: number, dtype: FloatDType): number {
  const normal = Math.min(Math.max(Math.abs(size), smallestNormal[dtype]), Number.MAX_VALUE)
  return 2 ** (Math.floor(Math.log2(normal)) - bits[dtype])
}
