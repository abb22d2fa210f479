import type { HostArray } from '../graph/dtype.ts'
import { stridesOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { data } from '../tensor/value.ts'
import { f64 } from './values.testing.ts'

/** A value computed and read, with an accessor that is 0 (or `outside`) beyond the edges. */
export interface Read extends HostArray {
  at(...index: number[]): number
}

/** Computes a tensor for reading by index. */
export async function read(t: Tensor, outside = 0): Promise<Read> {
  const values = await data(t)
  const strides = stridesOf(t.shape)
  return {
    shape: t.shape,
    dtype: t.dtype,
    data: values,
    at: (...index) => {
      if (index.some((i, axis) => i < 0 || i >= (t.shape[axis] ?? 0))) return outside
      return values[index.reduce((at, i, axis) => at + i * (strides[axis] ?? 0), 0)] ?? Number.NaN
    },
  }
}

/** An f64 tensor of numbers that repeat late and are never equal nearby. */
export function varied(shape: readonly number[], salt = 0): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  return f64(
    Float64Array.from({ length: size }, (_, i) => Math.sin(1 + 12.9898 * i + salt)),
    shape,
  )
}
