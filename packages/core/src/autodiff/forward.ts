import { type Node, Tensor } from '../graph/tensor.ts'
import { fullLike } from '../ops/leaves.ts'
import { pathsFrom } from './graph.ts'

/**
 * Forward mode: tangents of `sources` pushed through the graph to `outputs`, as graph expressions.
 *
 * @returns one tangent per output: zeros where it does not depend on the sources.
 */
export function pushforward(
  sources: readonly Tensor[],
  tangents: readonly Tensor[],
  outputs: readonly Tensor[],
): Tensor[] {
  const pushed = new Map<Node, Tensor>()
  sources.forEach((source, i) => {
    const tangent = tangents[i]
    if (tangent !== undefined) pushed.set(source.node, tangent)
  })
  const path = pathsFrom(
    [...pushed.keys()],
    outputs.map((output) => output.node),
  )
  for (const node of path) {
    if (pushed.has(node)) continue
    const inputs = node.inputs.map((input) => new Tensor(input))
    const carried = node.inputs.map((input) => pushed.get(input) ?? null)
    pushed.set(node, node.primitive.jvp(carried, inputs, node.attrs, new Tensor(node)))
  }
  return outputs.map((output) => pushed.get(output.node) ?? fullLike(output, 0))
}
