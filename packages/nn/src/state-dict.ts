import { mapTree, OpError, type Tensor, treeLeaves } from '@samkit/core'
import type { Buffers } from './context.ts'
import { describeMismatch, findMismatch, type Mismatch } from './mismatch.ts'

/** Tensors by path, such as `fc1.weight`: how parameters are stored in files. */
export type StateDict = Readonly<Record<string, Tensor>>

/** The parameters of a model by path, and its buffers beside them, as PyTorch's `state_dict` has them. */
export function stateDict(params: unknown, buffers: Buffers = {}): StateDict {
  return { ...Object.fromEntries(treeLeaves(params).map(({ path, tensor }) => [path, tensor])), ...buffers }
}

/** A tree with those tensors of a dictionary that fit, and what did not. */
export interface Loaded<P> extends Mismatch {
  readonly params: P
}

/**
 * A tree like `params` with the tensors of `dict` in it, all of them, in the dtypes of `params`, which itself stays as it
 * is. Buffers are such a tree too. With `strict: false` what does not fit is listed instead of refused, and keeps the
 * value it has in `params`.
 *
 * @throws OpError listing what is missing, unexpected or of another shape, when strict.
 */
export function loadStateDict<P>(params: P, dict: StateDict, options?: { readonly strict?: true }): P
export function loadStateDict<P>(params: P, dict: StateDict, options: { readonly strict: false }): Loaded<P>
export function loadStateDict<P>(
  params: P,
  dict: StateDict,
  { strict = true }: { readonly strict?: boolean } = {},
): P | Loaded<P> {
  const needed = new Map(treeLeaves(params).map(({ path, tensor }) => [path, tensor]))
  const offered = new Map(Object.entries(dict))
  const mismatch = findMismatch(needed, offered)
  const problems = describeMismatch(mismatch)
  if (strict && problems !== null) throw new OpError('loadStateDict', problems)
  const refused = new Set(mismatch.misshapen.map(({ path }) => path))
  const loaded = mapTree(params, (leaf, path) => {
    const found = refused.has(path) ? undefined : offered.get(path)
    return found?.cast(leaf.dtype) ?? leaf
  })
  return strict ? loaded : { params: loaded, ...mismatch }
}
