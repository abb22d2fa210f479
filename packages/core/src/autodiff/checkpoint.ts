import { isFloat } from '../graph/dtype.ts'
import { Node, Tensor, upcomingNodeId } from '../graph/tensor.ts'
import { barrier } from '../ops/flow.ts'
import { withRule } from './custom.ts'
import { ancestors } from './graph.ts'
import { pullback } from './reverse.ts'

/**
 * A function that computes the same as `f` but keeps none of its intermediates for the backward pass: they are
 * computed again when their gradient is needed. Trades one more evaluation of `f` for memory (Chen et al., *Training
 * Deep Nets with Sublinear Memory Cost*, 2016). Tensors that `f` closes over get their gradients as usual. Checkpoints
 * may be nested.
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
    const inside = ancestors([value.node], since)
    // What the new nodes read of the old graph: arguments and closed-over tensors alike.
    const frontier = [...new Set(inside.flatMap((node) => node.inputs.filter(({ id }) => id < since)))]
    if (inside.length === 0 || !frontier.some(({ dtype }) => isFloat(dtype))) return value
    return withRule(
      value,
      frontier.map((node) => new Tensor(node)),
      (ct, inputs) => {
        const late = inputs.map((input) => barrier(input, ct))
        const places = new Map(frontier.map((node, i) => [node, (late[i] as Tensor).node]))
        const again = new Tensor(rebuilt(inside, places, value.node))
        const grads = pullback([again], [ct], late)
        return grads.map((grad) => (isFloat(grad.dtype) ? grad : null))
      },
      'value',
    )
  }
}

/** A copy of `nodes` (inputs first) that reads the replacements in `places`; gives the copy of `root`. */
function rebuilt(nodes: readonly Node[], places: Map<Node, Node>, root: Node): Node {
  for (const node of nodes) {
    const inputs = node.inputs.map((input) => places.get(input) ?? input)
    const changed = inputs.some((input, i) => input !== node.inputs[i])
    if (changed || node.storage === null) {
      places.set(node, new Node(node.primitive, inputs, node.attrs, node))
    }
  }
  return places.get(root) ?? root
}
