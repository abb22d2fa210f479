import { add, sqrt, sum, type Tensor, where, zeros } from '@samkit/core'
import { tensorsOf } from './tree.ts'

/** The Euclidean norm of all tensors of a tree taken together as one vector. A scalar; 0 for a tree without tensors. */
export function globalNorm(tree: unknown): Tensor {
  return sqrt(total(tensorsOf(tree).map((t) => t.square().sum())))
}

/** `⟨a, b⟩` over all tensors of two trees of the same structure. A scalar. */
export function dot<P>(a: P, b: P): Tensor {
  const others = tensorsOf(b)
  return total(tensorsOf(a).map((t, i) => sum(t.mul(others[i] as Tensor))))
}

/** The sum of scalars; 0 of none. */
function total(scalars: readonly Tensor[]): Tensor {
  return scalars.length === 0 ? zeros([]) : scalars.reduce((a, b) => add(a, b))
}

/** `a / b`, and 0 where `b` is 0: no division by nothing, and no epsilon that would falsify the others. */
export function ratio(a: Tensor, b: Tensor): Tensor {
  const some = b.gt(0)
  return where(some, a.div(where(some, b, 1)), 0)
}
