import { bernoulli, type DType, foldIn, fromOwned, normal, sqrt, sum, type Tensor, where } from '@samkit/core'

/*
 * Tensors in order, taken together as one vector.
 */

/** A vector in as many tensors as the weights have. */
export type Vector = readonly Tensor[]

/** f64 where any part is. */
export function dtypeOfAll(v: Vector): DType {
  return v.some(({ dtype }) => dtype === 'f64') ? 'f64' : 'f32'
}

/** A number that differs from run to run: an input of the plan, so that another one compiles nothing again. */
export function scalar(value: number, dtype: DType): Tensor {
  return fromOwned(dtype === 'f64' ? Float64Array.of(value) : Float32Array.of(value), [])
}

/** `⟨a, b⟩`, a scalar. */
export function dot(a: Vector, b: Vector): Tensor {
  const dtype = dtypeOfAll(a)
  return a.map((t, i) => sum(t.mul(b[i] as Tensor)).cast(dtype)).reduce((x, y) => x.add(y))
}

/** `‖v‖₂`, a scalar. */
export function norm(v: Vector): Tensor {
  return sqrt(dot(v, v))
}

/** `a + s b`. */
export function plus(a: Vector, b: Vector, s: Tensor): Vector {
  return a.map((t, i) => t.add((b[i] as Tensor).mul(s.cast(t.dtype))))
}

/** `v s / ‖v‖`, and 0 where `v` is 0. */
export function ofLength(v: Vector, s: Tensor): Vector {
  const length = norm(v)
  const some = length.gt(0)
  const factor = where(some, s.div(where(some, length, 1)), 0)
  return v.map((t) => t.mul(factor.cast(t.dtype)))
}

/** Normal numbers in the shapes and dtypes of `like`. */
export function normalVector(key: Tensor, like: Vector): Vector {
  return like.map(({ shape, dtype }, i) =>
    normal(foldIn(key, i), shape, { dtype: dtype === 'f64' ? 'f64' : 'f32' }),
  )
}

/** -1 or 1 with equal probability, in the shapes and dtypes of `like`. */
export function signVector(key: Tensor, like: Vector): Vector {
  return like.map(({ shape, dtype }, i) => bernoulli(foldIn(key, i), 0.5, shape).cast(dtype).mul(2).sub(1))
}
