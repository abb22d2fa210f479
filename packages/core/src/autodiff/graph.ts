import { isFloat } from '../graph/dtype.ts'
import { inputsFirst } from '../graph/inputs-first.ts'
import type { Node } from '../graph/tensor.ts'

/**
 * All nodes that `roots` are made of and that are no older than `since`, inputs before users; also behind values that
 * are known already.
 */
export function ancestors(roots: readonly Node[], since = 0): Node[] {
  return inputsFirst(roots, { enter: (node) => (node.id < since ? null : node) })
}

/**
 * The nodes between `sources` and `roots` that derivatives pass through, sources included, inputs before users. Only
 * floating-point values carry derivatives.
 */
export function pathsFrom(sources: readonly Node[], roots: readonly Node[]): Node[] {
  const active = new Set<Node>(sources)
  const path: Node[] = []
  // A node is younger than everything it is made of, so what is older than every source depends on none.
  const since = sources.reduce((oldest, { id }) => Math.min(oldest, id), Number.POSITIVE_INFINITY)
  for (const node of ancestors(roots, since)) {
    const reached =
      active.has(node) || (isFloat(node.dtype) && node.inputs.some((input) => active.has(input)))
    if (!reached) continue
    active.add(node)
    path.push(node)
  }
  return path
}
