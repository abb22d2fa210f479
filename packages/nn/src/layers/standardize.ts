import { type Axes, sqrt, type Tensor } from '@samkit/core'

/** The distance of values from their mean over some axes. */
export interface Moments {
  /** The mean, with axes of size 1. */
  readonly mean: Tensor
  /** `x - mean` */
  readonly centred: Tensor
  /** The mean square of that, with axes of size 1: the variance divided by the number of elements. */
  readonly variance: Tensor
}

/** Mean and variance over `axis`, in two passes, so that a large mean costs no precision. */
export function moments(x: Tensor, axis: Axes): Moments {
  const mean = x.mean({ axis, keepDims: true })
  const centred = x.sub(mean)
  return { mean, centred, variance: centred.square().mean({ axis, keepDims: true }) }
}

/** `1 / √(variance + eps)` */
export function inverseRoot(variance: Tensor, eps: number): Tensor {
  return sqrt(variance.add(eps)).reciprocal()
}

/** `(x - mean) / √(variance + eps)` over `axis`. */
export function standardize(x: Tensor, axis: Axes, eps: number): Tensor {
  const { centred, variance } = moments(x, axis)
  return centred.mul(inverseRoot(variance, eps))
}

/** `x · weight + bias`, where each may be absent. */
export function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
  const scaled = weight === null ? x : x.mul(weight)
  return bias === null ? scaled : scaled.add(bias)
}
