import { isFloat } from '../graph/dtype.ts'
import type { Node } from '../graph/tensor.ts'

/** All nodes that `roots` are made of, inputs before users; also behind values that are known already. */
export function ancestors(roots: readonly Node[]): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  // An explicit stack: graphs are deeper than the call stack.
  const stack: { readonly node: Node; next: number }[] = []
  const enter = (node: Node): void => {
    if (seen.has(node)) return
    seen.add(node)
    stack.push({ node, next: 0 })
  }
  for (const root of roots) {
    enter(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const child = top.node.inputs[top.next++]
      if (child !== undefined) enter(child)
      else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}

/**
 * The nodes between `sources` and `roots` that derivatives pass through, sources included, inputs before users. Only
 * floating-point values carry derivatives.
 */
export function pathsFrom(sources: readonly Node[], roots: readonly Node[]): Node[] {
  const active = new Set<Node>(sources)
  const path: Node[] = []
  for (const node of ancestors(roots)) {
    const reached =
      active.has(node) || (isFloat(node.dtype) && node.inputs.some((input) => active.has(input)))
    if (!reached) continue
    active.add(node)
    path.push(node)
  }
  return path
}
