import { key, type Plan, type Tensor, tensor, uniform } from '@samkit/core'
import { planOf } from '@samkit/core/testing'

/** The plan that computes these tensors. */
export const planFor = (...tensors: readonly Tensor[]): Plan => planOf(tensors).plan

/** `[0, 1, …]` in `f32`. */
export const floats = (n: number): Tensor => tensor(Float32Array.from({ length: n }, (_, i) => i))

/** `[0, 1, …]` in `i32`. */
export const integers = (n: number): Tensor => tensor(Int32Array.from({ length: n }, (_, i) => i))

/** Random numbers, which are drawn when the plan runs. */
export const drawn = (n: number): Tensor => uniform(key(1), [n])
