import { type Tensor, tensor } from '@samkit/core'

/** Class indices. */
export function classes(...labels: number[]): Tensor {
  return tensor(labels, { dtype: 'i32' })
}

/** f64 values. */
export function f64(values: Parameters<typeof tensor>[0]): Tensor {
  return tensor(values, { dtype: 'f64' })
}

/** The softmax of a row. */
export function softmaxOf(row: readonly number[]): number[] {
  const total = row.reduce((sum, v) => sum + Math.exp(v), 0)
  return row.map((v) => Math.exp(v) / total)
}

/** The logistic function. */
export function sigmoidOf(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
