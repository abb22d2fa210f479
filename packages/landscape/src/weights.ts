import { flattenTree, isFloat, OpError, realize, type Tensor, unflattenTree } from '@samkit/core'

/** The weights that a sharpness is measured at, as a tree and as a list. */
export interface Weights<P> {
  readonly tree: P
  readonly leaves: readonly Tensor[]
  /** A tree like the weights' with other tensors. */
  treeOf(leaves: readonly Tensor[]): P
}

/**
 * The weights of a tree, computed and without their history, so that no plan computes them again.
 *
 * @throws OpError where a leaf is no floating-point tensor, or there is no element at all.
 */
export async function weightsOf<P>(op: string, params: P): Promise<Weights<P>> {
  const { leaves, structure } = flattenTree(params)
  for (const [i, { dtype }] of leaves.entries()) {
    if (isFloat(dtype)) continue
    const path = structure.paths[i]
    throw new OpError(
      op,
      `${path ? `'${path}'` : 'params'} is ${dtype}: derivatives need f32 or f64; close over it instead`,
    )
  }
  if (leaves.every(({ size }) => size === 0)) throw new OpError(op, 'params has no elements')
  await realize(...leaves)
  const values = leaves.map((leaf) => leaf.detach())
  const treeOf = (tensors: readonly Tensor[]): P => unflattenTree(structure, tensors)
  return { tree: treeOf(values), leaves: values, treeOf }
}
