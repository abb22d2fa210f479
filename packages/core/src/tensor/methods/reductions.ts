import { all, any } from '../../functions/compare.ts'
import { prod } from '../../functions/prod.ts'
import { logSumExp } from '../../functions/softmax.ts'
import {
  mean,
  type NormOptions,
  norm,
  std,
  type VarianceOptions,
  variance,
} from '../../functions/statistics.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { type ReduceOptions, sum } from '../../ops/broadcast.ts'
import { type CumsumOptions, cumsum } from '../../ops/cumsum.ts'
import { type ArgOptions, argmax, argmin, max, min } from '../../ops/extrema.ts'
import { install } from './install.ts'

/** Reductions over one axis, several, or (by default) all, and running sums. */
export interface ReductionMethods {
  /** The sum. An empty sum is 0; booleans are counted. */
  sum(options?: ReduceOptions): Tensor
  /** The product, whose gradients are right at zeros too. An empty product is 1. */
  prod(options?: ReduceOptions): Tensor
  /** The mean. Integers become `f32`. */
  mean(options?: ReduceOptions): Tensor
  /** The variance, with `correction` 1 by default. */
  var(options?: VarianceOptions): Tensor
  /** The standard deviation. Where all elements are equal the gradient is 0. */
  std(options?: VarianceOptions): Tensor
  /** The vector norm, of `ord` 2 by default. At the zero vector the gradient is 0. */
  norm(options?: NormOptions): Tensor
  /** The largest element. Ties share the gradient evenly. */
  max(options?: ReduceOptions): Tensor
  /** The smallest element. Ties share the gradient evenly. */
  min(options?: ReduceOptions): Tensor
  /** `log(Σ eˣ)`, over the last axis by default, without overflow. */
  logSumExp(options?: ReduceOptions): Tensor
  /** Whether any element is true, as `bool`. */
  any(options?: ReduceOptions): Tensor
  /** Whether all elements are true, as `bool`. */
  all(options?: ReduceOptions): Tensor
  /** The index (`i32`) of the largest element along `axis`, the first one at a tie. */
  argmax(options: ArgOptions): Tensor
  /** The index (`i32`) of the smallest element along `axis`, the first one at a tie. */
  argmin(options: ArgOptions): Tensor
  /** Running sums along `axis`. */
  cumsum(options: CumsumOptions): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ReductionMethods {}
}

install<ReductionMethods>({
  sum(options) {
    return sum(this, options)
  },
  prod(options) {
    return prod(this, options)
  },
  mean(options) {
    return mean(this, options)
  },
  var(options) {
    return variance(this, options)
  },
  std(options) {
    return std(this, options)
  },
  norm(options) {
    return norm(this, options)
  },
  max(options) {
    return max(this, options)
  },
  min(options) {
    return min(this, options)
  },
  logSumExp(options) {
    return logSumExp(this, options)
  },
  any(options) {
    return any(this, options)
  },
  all(options) {
    return all(this, options)
  },
  argmax(options) {
    return argmax(this, options)
  },
  argmin(options) {
    return argmin(this, options)
  },
  cumsum(options) {
    return cumsum(this, options)
  },
})
