import { ancestors } from '../autodiff/graph.ts'
import { OpError } from '../graph/errors.ts'
import { formatSpec } from '../graph/shape.ts'
import type { Node } from '../graph/tensor.ts'
import { treeLeaves } from '../tree/tree.ts'
import { namesOf } from './describe.ts'
import { attrTexts, numberText } from './notation.ts'

/** Options of {@link toMermaid} and {@link toDot}. */
export interface GraphTextOptions {
  /**
   * How many nodes to draw at most, those nearest to the results; one more says how many were left out. Default 300,
   * which is about what a Mermaid viewer accepts.
   */
  readonly maxNodes?: number
  /** A tree of tensors, such as the parameters: their nodes are labelled with their paths. */
  readonly names?: unknown
  /** Whether values flow from top to bottom (`TB`, default) or from left to right (`LR`). */
  readonly direction?: 'TB' | 'LR'
}

/** One box of a drawn graph. */
export interface GraphBox {
  readonly id: string
  readonly lines: readonly string[]
  readonly kind: 'leaf' | 'operation' | 'left out'
  readonly isResult: boolean
}

/** One arrow of a drawn graph, from a value to the operation that reads it. */
export interface GraphArrow {
  readonly from: string
  readonly to: string
  /** Which operand it is, counted from 1, where that matters. */
  readonly operand: number | null
}

/** Operations whose operands may be swapped: their arrows need no numbers. */
const symmetric = new Set(['add', 'mul', 'maximum', 'minimum', 'eq', 'and', 'or'])

/**
 * The graph behind the tensors of a tree as boxes and arrows, inputs before users; every shared node once.
 *
 * @throws OpError from the printer `op` when there is no tensor to draw.
 */
export function graphParts(
  op: string,
  results: unknown,
  { maxNodes = 300, names = [] }: GraphTextOptions,
): { readonly boxes: readonly GraphBox[]; readonly arrows: readonly GraphArrow[] } {
  const roots = treeLeaves(results).map(({ tensor }) => tensor.node)
  if (roots.length === 0) throw new OpError(op, 'needs a tensor or a tree of tensors to draw')
  const called = new Map([...namesOf(names), ...namesOf(results)])
  const all = ancestors(roots)
  const kept = all.length > maxNodes ? nearest(roots, maxNodes) : new Set(all)
  const ids = new Map<Node, string>()
  for (const node of all) if (kept.has(node)) ids.set(node, `n${ids.size}`)

  const boxes: GraphBox[] = []
  const arrows: GraphArrow[] = []
  const rest = 'rest'
  if (all.length > kept.size) {
    const count = all.length - kept.size
    boxes.push({ id: rest, lines: [`… ${count} more`], kind: 'left out', isResult: false })
  }
  for (const [node, id] of ids) {
    const kind = node.inputs.length === 0 ? 'leaf' : 'operation'
    boxes.push({ id, lines: labelOf(node, called), kind, isResult: roots.includes(node) })
    const numbered = node.inputs.length > 1 && !symmetric.has(node.primitive.name)
    node.inputs.forEach((input, i) => {
      arrows.push({ from: ids.get(input) ?? rest, to: id, operand: numbered ? i + 1 : null })
    })
  }
  return { boxes, arrows }
}

/** The `count` nodes with the fewest steps to a root. */
function nearest(roots: readonly Node[], count: number): Set<Node> {
  const found = new Set(roots.slice(0, count))
  // A set is walked in the order it grows: breadth first.
  for (const node of found) {
    for (const input of node.inputs) if (found.size < count) found.add(input)
    if (found.size >= count) break
  }
  return found
}

function labelOf(node: Node, called: ReadonlyMap<Node, string>): string[] {
  const name = called.get(node)
  const { value } = node.attrs as { readonly value?: unknown }
  const isConstant = node.primitive.name === 'constant' && typeof value === 'number'
  const what = isConstant
    ? `constant ${numberText(value)}`
    : [node.primitive.name, attrTexts(node).join(', ')].join(' ').trim()
  return [
    ...(name === undefined ? [] : [name]),
    node.variable === null ? what : `${what}, requiresGrad`,
    formatSpec(node),
  ]
}
