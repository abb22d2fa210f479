import { formatShape, mapTree, OpError, type Tensor, treeLeaves } from '@samkit/core'

/** Tensors by path, such as `fc1.weight`: how parameters are stored in files. */
export type StateDict = Readonly<Record<string, Tensor>>

/** The parameters of a model by path. */
export function stateDict(params: unknown): StateDict {
  return Object.fromEntries(treeLeaves(params).map(({ path, tensor }) => [path, tensor]))
}

/**
 * A parameter tree like `params` with the tensors of `dict` in it. `params` itself stays as it is.
 *
 * @throws OpError listing what is missing, unexpected or of another shape.
 */
export function loadStateDict<P>(params: P, dict: StateDict): P {
  const problems: string[] = []
  const known = new Set(treeLeaves(params).map(({ path }) => path))
  for (const path of Object.keys(dict)) if (!known.has(path)) problems.push(`unexpected ${path}`)
  const loaded = mapTree(params, (leaf, path) => {
    const found = Object.hasOwn(dict, path) ? dict[path] : undefined
    if (found === undefined) problems.push(`missing ${path}`)
    else if (formatShape(found.shape) !== formatShape(leaf.shape)) {
      problems.push(
        `${path} has shape ${formatShape(found.shape)}, the model needs ${formatShape(leaf.shape)}`,
      )
    }
    return found?.cast(leaf.dtype) ?? leaf
  })
  if (problems.length > 0) throw new OpError('loadStateDict', problems.join('; '))
  return loaded
}
