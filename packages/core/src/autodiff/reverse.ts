import { isFloat } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatSpec, sameShape } from '../graph/shape.ts'
import { type Node, Tensor } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import { fullLike } from '../ops/leaves.ts'
import { pathsFrom } from './graph.ts'

/** One rule applied on the way back: what `explain` shows. */
export interface BackwardStep {
  readonly node: Node
  /** The gradient of the output with respect to this node's value. */
  readonly cotangent: Tensor
  /** What the rule hands to each input; null where none goes. */
  readonly inputs: readonly (Tensor | null)[]
}

/**
 * Reverse mode: cotangents of `outputs` pulled back to `sources`, as graph expressions. Each node's rule is applied
 * once, after all of its users; where several users send a cotangent, they add up. Each cotangent has the shape and
 * dtype of its output.
 *
 * @returns one cotangent per source: zeros where the outputs do not depend on it.
 */
export function pullback(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  sources: readonly Tensor[],
  watch: (step: BackwardStep) => void = () => {},
): Tensor[] {
  const sourceNodes = new Set(sources.map((source) => source.node))
  const path = pathsFrom(
    [...sourceNodes],
    outputs.map((output) => output.node),
  )
  const active = new Set(path)
  const collected = new Map<Node, Tensor>()
  const collect = (node: Node, ct: Tensor): void => {
    const before = collected.get(node)
    collected.set(node, before === undefined ? ct : add(before, ct))
  }
  outputs.forEach((output, i) => {
    const ct = cotangents[i]
    if (ct !== undefined && active.has(output.node)) collect(output.node, ct)
  })
  for (const node of path.reverse()) {
    const ct = collected.get(node)
    if (ct === undefined || node.inputs.length === 0) continue
    const wanted = node.inputs.map((input) => active.has(input))
    if (!wanted.includes(true)) continue
    const inputs = node.inputs.map((input) => new Tensor(input))
    const back = node.primitive.vjp(ct, inputs, node.attrs, new Tensor(node), wanted)
    for (const [i, input] of node.inputs.entries()) {
      const part = back[i] ?? null
      if (part !== null && wanted[i]) collect(input, checkRule(node, input, part))
    }
    watch({ node, cotangent: ct, inputs: back })
  }
  return sources.map((source) => collected.get(source.node) ?? fullLike(source, 0))
}

/** A rule that hands back another shape is a bug in the rule (or in a custom gradient): say so at once. */
function checkRule(node: Node, input: Node, part: Tensor): Tensor {
  if (sameShape(part.shape, input.shape) && part.dtype === input.dtype) return part
  throw new OpError(
    node.primitive.name,
    `its gradient rule gave ${formatSpec(part)} for an input of ` +
      `${formatSpec(input)}; a gradient has the shape and dtype of what it is the gradient of`,
  )
}

/**
 * The scalar that a gradient is taken of, checked.
 *
 * @throws OpError when it is no scalar or no floating-point value.
 */
export function checkScalar(op: string, output: unknown): Tensor {
  if (!(output instanceof Tensor)) {
    throw new OpError(op, `the function must return a tensor, got ${typeof output}`)
  }
  if (output.rank !== 0 || !isFloat(output.dtype)) {
    throw new OpError(
      op,
      `needs a scalar loss in f32 or f64, got ${formatSpec(output)}; ` +
        'reduce it with .sum() or .mean(), or use vjp or jacobian',
    )
  }
  return output
}
