import { add, sqrt, type Tensor, treeLeaves, zeros } from '@samkit/core'

/** The Euclidean norm of all tensors of a tree taken together as one vector. A scalar; 0 for a tree without tensors. */
export function globalNorm(tree: unknown): Tensor {
  const squares = treeLeaves(tree).map(({ tensor }) => tensor.square().sum())
  return sqrt(squares.length === 0 ? zeros([]) : squares.reduce((a, b) => add(a, b)))
}
