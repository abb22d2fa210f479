/** What the workloads are made of, in each framework's own words: every contestant computes the same formulas. */
export interface Operations<T> {
  /** Where images have their channels: as axis 1, or as the last one. Kernels are `[O, I, kH, kW]` or `[kH, kW, I, O]`. */
  readonly channels: 'first' | 'last'
  add(a: T, b: T | number): T
  sub(a: T, b: T | number): T
  mul(a: T, b: T | number): T
  maximum(x: T, floor: number): T
  tanh(x: T): T
  matmul(a: T, b: T): T
  reshape(x: T, shape: readonly number[]): T
  transpose(x: T, axes: readonly number[]): T
  /** Over the last axis. */
  softmax(x: T): T
  /** Over the last axis. */
  logSoftmax(x: T): T
  /** Mean 0 and variance 1 over the last axis; 1e-5 is added to the variance. */
  standardize(x: T): T
  sum(x: T, axis: number): T
  mean(x: T, axes: readonly number[]): T
  /** A convolution with kernels of 3×3 and one pixel of zeros around. */
  conv(x: T, kernels: T, stride: number): T
}

/** What a workload does, again and again: to one tensor, or to the parameters of a loss by gradient descent. */
export type Work =
  | { readonly kind: 'map'; apply<T>(ops: Operations<T>, x: T, fixed: readonly T[]): T }
  | {
      readonly kind: 'training'
      loss<T>(ops: Operations<T>, parameters: readonly T[], batch: readonly T[]): T
    }

/** The rate of gradient descent in every training step. */
export const learningRate = 0.05
