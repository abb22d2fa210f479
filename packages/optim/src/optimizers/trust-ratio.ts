import { type Tensor, where } from '@samkit/core'
import { globalNorm } from '../parts/norm.ts'
import type { PerTensor } from '../per-tensor-tree.ts'

/** Which tensors get a step length of their own: all, those with weight decay, or a tree that says it for each. */
export type Adapted = 'all' | 'decayed' | PerTensor<boolean>

/** What of {@link Adapted} is a tree: true for all where it is a word. */
export function adaptedTree(adapt: Adapted): PerTensor<boolean> {
  return adapt === 'all' || adapt === 'decayed' ? true : adapt
}

/** Whether a tensor is adapted. */
export function isAdapted(
  adapt: Adapted,
  own: { readonly adapt: boolean; readonly weightDecay: number },
): boolean {
  return own.adapt && (adapt !== 'decayed' || own.weightDecay !== 0)
}

/** `ratio(‖w‖, ‖u‖)`, a scalar, and 1 where either norm is 0. */
export function trustRatio(w: Tensor, u: Tensor, of: (w: Tensor, u: Tensor) => Tensor): Tensor {
  const [weight, update] = [globalNorm(w), globalNorm(u)]
  const both = weight.gt(0).logicalAnd(update.gt(0))
  return where(both, of(weight, where(both, update, 1)), 1)
}
