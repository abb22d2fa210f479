import { allocate, type DType, type TypedArray } from '@samkit/core'
import { mostElements } from '../kernels/device-kernel.ts'

/** A value as the device takes it: all numbers are f32 there. */
export function toDevice(data: TypedArray): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data)
}

/** What the device gave, in the dtype it stands for. */
export function fromDevice(data: Float32Array, dtype: DType): TypedArray {
  if (dtype === 'f32') return data
  const out = allocate(dtype, data.length)
  for (let i = 0; i < data.length; i++) out[i] = data[i] ?? 0
  return out
}

/** Whether `f32` holds all of these whole numbers, and the results of comparing and moving them. */
export function isNarrow(data: TypedArray): boolean {
  for (const value of data) if (value > mostElements || value < -mostElements) return false
  return true
}
