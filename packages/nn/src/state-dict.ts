import { mapTree, OpError, type Tensor, treeLeaves } from '@samkit/core'
import type { Buffers } from './context.ts'
import { describeMismatch, findMismatch, type Mismatch } from './mismatch.ts'

/** Tensors by path, such as `fc1.weight`: how parameters are stored in files. */
export type StateDict = Readonly<Record<string, Tensor>>

/** The parameters of a model by path, and its buffers beside them, as PyTorch's `state_dict` has them. */
export function stateDict(params: unknown, buffers: Buffers = {}): StateDict {
  return { ...Object.fromEntries(treeLeaves(params).map(({ path, tensor }) => [path, tensor])), ...buffers }
}

/** A tree with the tensors of a dictionary in it, and what did not fit. */
export interface Loaded<P> extends Mismatch {
  readonly params: P
}

/**
 * A tree like `params` with those tensors of `dict` in it that fit; the others stay `params`' own. What does not fit is
 * listed beside it. Neither `params` nor `dict` changes. Buffers are such a tree too.
 */
export function matchStateDict<P>(params: P, dict: StateDict): Loaded<P> {
  const needed = new Map(treeLeaves(params).map(({ path, tensor }) => [path, tensor]))
  const offered = new Map(Object.entries(dict))
  const mismatch = findMismatch(needed, offered)
  const refused = new Set(mismatch.misshapen.map(({ path }) => path))
  const loaded = mapTree(params, (leaf, path) => {
    const found = refused.has(path) ? undefined : offered.get(path)
    return found?.cast(leaf.dtype) ?? leaf
  })
  return { params: loaded, ...mismatch }
}

/**
 * A tree like `params` with the tensors of `dict` in it, all of them. `params` itself stays as it is.
 *
 * @throws OpError listing what is missing, unexpected or of another shape.
 */
export function loadStateDict<P>(params: P, dict: StateDict): P {
  const { params: loaded, ...mismatch } = matchStateDict(params, dict)
  const problems = describeMismatch(mismatch)
  if (problems !== null) throw new OpError('loadStateDict', problems)
  return loaded
}
