import { key, type Tensor, tensor } from '@samkit/core'
import type { Objective } from '../method.ts'
import { batchObjective, type Loss, type Model } from '../objective.ts'

const mean: Loss = (outputs, _, { reduction } = { reduction: 'mean' }) =>
  reduction === 'none' ? outputs : outputs.mean()

/** An objective of some equal examples whose loss at `w` is given. */
export function objectiveOfLoss(lossAt: (w: Tensor) => Tensor, examples = 1): Objective<Tensor> {
  const model: Model<Tensor> = {
    init: () => tensor([0]),
    apply: (w, x) => x.mul(lossAt(w)),
  }
  const ones = tensor(Array(examples).fill(1), { dtype: 'f64' })
  return batchObjective(model, mean, { inputs: ones, targets: ones }, { key: key(0), buffers: {} })
}

/** `L = ½ wᵀ A w`: its gradient is A w everywhere, its Hessian A. */
export function quadratic(a: readonly (readonly number[])[]): Objective<Tensor> {
  const matrix = tensor(a, { dtype: 'f64' })
  return objectiveOfLoss((w) => w.mul(matrix.matmul(w)).sum().mul(0.5))
}

/** `A w`, in plain numbers. */
export function product(a: readonly (readonly number[])[], w: readonly number[]): number[] {
  return a.map((row) => row.reduce((sum, v, j) => sum + v * w[j]!, 0))
}
