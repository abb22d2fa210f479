import { grad } from '../autodiff/grad.ts'
import type { Tensor } from '../graph/tensor.ts'
import { sum } from '../ops/broadcast.ts'
import { type NestedArray, type TensorData, tensor } from '../tensor/create.ts'
import { array, data } from '../tensor/value.ts'

/** An f64 tensor, for comparing at full precision. */
export function f64(values: TensorData, shape?: readonly number[]): Tensor {
  return tensor(values, { dtype: 'f64', ...(shape === undefined ? {} : { shape }) })
}

/** An i32 tensor. */
export function i32(values: TensorData): Tensor {
  return tensor(values, { dtype: 'i32' })
}

/** The elements, computed, as nested arrays. */
export function valuesOf(t: Tensor): Promise<NestedArray> {
  return array(t)
}

/** The elements, computed, in row-major order. */
export async function flatOf(t: Tensor): Promise<number[]> {
  return Array.from(await data(t))
}

/** The gradient of the sum of `f(x)`, computed, in row-major order. */
export function slopesOf(f: (x: Tensor) => Tensor, x: Tensor): Promise<number[]> {
  return flatOf(grad((t: Tensor) => sum(f(t)))(x))
}

/** The gradient of the sum of that gradient: second derivatives, where elements do not mix. */
export function curvaturesOf(f: (x: Tensor) => Tensor, x: Tensor): Promise<number[]> {
  return slopesOf(
    grad((t: Tensor) => sum(f(t))),
    x,
  )
}
