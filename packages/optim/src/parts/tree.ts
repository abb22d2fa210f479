import { type DType, flattenTree, isFloat, type Tensor, unflattenTree } from '@samkit/core'

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): readonly Tensor[] {
  return flattenTree(tree).leaves
}

/** `f` of the tensors at the same place in trees of the same structure: a tree like the first. */
export function mapTrees<P>(
  f: (tensors: readonly Tensor[], index: number) => Tensor,
  first: P,
  ...others: P[]
): P {
  const { leaves, structure } = flattenTree(first)
  const rest = others.map(tensorsOf)
  return unflattenTree(
    structure,
    leaves.map((leaf, i) => f([leaf, ...rest.map((tree) => tree[i] as Tensor)], i)),
  )
}

/** `a + b`, tensor by tensor. */
export function added<P>(a: P, b: P): P {
  return mapTrees(([x, y]) => (x as Tensor).add(y as Tensor), a, b)
}

/** `a - b`, tensor by tensor. */
export function subtracted<P>(a: P, b: P): P {
  return mapTrees(([x, y]) => (x as Tensor).sub(y as Tensor), a, b)
}

/** A number, a scalar, or the scalar of a dtype. */
type Factor = number | Tensor | ((dtype: DType) => Tensor)

/** Every tensor times a factor, in the tensor's dtype. */
export function scaled<P>(tree: P, by: Factor): P {
  return mapTrees(([x]) => times(x as Tensor, by), tree)
}

/** A tensor times a factor, in the tensor's dtype. */
export function times(x: Tensor, by: Factor): Tensor {
  if (typeof by === 'number') return x.mul(by)
  return x.mul(typeof by === 'function' ? by(x.dtype) : by.cast(x.dtype))
}

/**
 * The mean of trees, each counted by its weight; the weights add up to 1. Tensors that are no floats (counts) are the first
 * tree's.
 */
export function weightedMean<P>(trees: readonly P[], weights: readonly number[]): P {
  const [first, ...others] = trees
  if (first === undefined) throw new Error('weightedMean: no trees')
  return mapTrees(
    (tensors) => {
      const [one] = tensors as readonly [Tensor]
      if (!isFloat(one.dtype)) return one
      return tensors.map((t, i) => t.mul(weights[i] ?? 0)).reduce((sum, t) => sum.add(t))
    },
    first,
    ...others,
  )
}
