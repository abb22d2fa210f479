import { isFloat } from '../graph/dtype.ts'
import { Node, Tensor, upcomingNodeId } from '../graph/tensor.ts'
import { barrier } from '../ops/flow.ts'
import { withRule } from './custom.ts'
import { pullback } from './reverse.ts'

/**
 * A function that computes the same as `f` but keeps none of its intermediates for the backward pass: they are
 * computed again when their gradient is needed. Trades one more evaluation of `f` for memory (Chen et al., *Training
 * Deep Nets with Sublinear Memory Cost*, 2016). Tensors that `f` closes over get their gradients as usual.
 *
 * @example
 * const block = checkpoint((x: Tensor) => x.matmul(w).relu())
 */
export function checkpoint<Args extends readonly unknown[]>(
  f: (...args: Args) => Tensor,
): (...args: Args) => Tensor {
  return (...args) => {
    const since = upcomingNodeId()
    const value = f(...args)
    const inside = madeSince(value.node, since)
    // What the new nodes read of the old graph: arguments and closed-over tensors alike.
    const frontier = [...new Set(inside.flatMap((node) => node.inputs.filter((input) => input.id < since)))]
    const inputs = frontier.filter((node) => isFloat(node.dtype)).map((node) => new Tensor(node))
    if (inside.length === 0 || inputs.length === 0) return value
    return withRule(
      value,
      inputs,
      (ct) => {
        const late = inputs.map((input) => barrier(input, ct))
        const places = new Map(inputs.map((input, i) => [input.node, (late[i] as Tensor).node]))
        return pullback([new Tensor(rebuilt(inside, places, value.node))], [ct], late)
      },
      'value',
    )
  }
}

/** The nodes behind `root` that are no older than `since`, inputs before users. */
function madeSince(root: Node, since: number): Node[] {
  const found = new Set<Node>()
  const stack = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.id < since || found.has(node)) continue
    found.add(node)
    stack.push(...node.inputs)
  }
  // A node is younger than everything it is made of.
  return [...found].sort((a, b) => a.id - b.id)
}

/** A copy of `nodes` (inputs first) that reads the replacements in `places`; gives the copy of `root`. */
function rebuilt(nodes: readonly Node[], places: Map<Node, Node>, root: Node): Node {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => places.get(input) ?? input)
    const changed = inputs.some((input, i) => input !== node.inputs[i])
    places.set(node, changed ? new Node(node.primitive, inputs, node.attrs, node) : node)
  }
  return places.get(root) ?? root
}
