import { formatSpec } from '../graph/shape.ts'
import type { Node, Tensor } from '../graph/tensor.ts'
import { treeLeaves } from '../tree/tree.ts'
import { callText, literalText } from './notation.ts'

/** Options of {@link describe}. */
export interface DescribeOptions {
  /** How many operations deep to look. Default 3. */
  readonly depth?: number
  /** A tree of tensors, such as the parameters: they are called by their paths. */
  readonly names?: unknown
}

/** How many operands of one operation are shown. */
const widest = 4

/** What the tensors of a tree are called: by their paths. A tree that is one tensor has no name for it. */
export function namesOf(tree: unknown): Map<Node, string> {
  const named = treeLeaves(tree).filter(({ path }) => path !== '')
  return new Map(named.map(({ tensor, path }) => [tensor.node, path]))
}

/** How a node's value comes about, as a call over its inputs and theirs, so many levels deep. */
export function originText(node: Node, depth: number, named: ReadonlyMap<Node, string>): string {
  const application = (of: Node, levels: number): string => {
    const shown = of.inputs.slice(0, widest).map((input) => operand(input, levels - 1))
    return callText(of, of.inputs.length > widest ? [...shown, '…'] : shown)
  }
  const operand = (of: Node, levels: number): string => {
    const known = named.get(of) ?? literalText(of)
    if (known !== null) return known
    if (of.inputs.length === 0) return `${of.primitive.name} ${formatSpec(of)}`
    return levels <= 0 ? '…' : application(of, levels)
  }
  return node.inputs.length > 0 ? application(node, depth) : (literalText(node) ?? node.primitive.name)
}

/**
 * A tensor in one line: dtype, shape and how its value comes about. Runs nothing.
 *
 * @example
 * describe(x.matmul(w).tanh())
 * // Tensor f32 [2, 4]: tanh(matmul(input f32 [2, 3], input f32 [3, 4]))
 * describe(x.matmul(w).tanh(), { names: { x, w } })
 * // Tensor f32 [2, 4]: tanh(matmul(x, w))
 */
export function describe({ node }: Tensor, { depth = 3, names = [] }: DescribeOptions = {}): string {
  const origin = originText(node, depth, namesOf(names))
  return `Tensor ${formatSpec(node)}: ${origin}${node.variable === null ? '' : ', requiresGrad'}`
}
