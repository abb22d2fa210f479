import { inputsFirst } from '../graph/inputs-first.ts'
import type { Node } from '../graph/tensor.ts'
import { callText, literalText } from './notation.ts'

/** What a node is called, for those that have a name. */
export type NameOf = (node: Node) => string | undefined

/** Text, and how tightly its outermost operator binds: 1 sums, 2 products, 3 signs, 4 what needs no parentheses. */
interface Phrase {
  readonly text: string
  readonly level: number
}

const infix: Readonly<Record<string, { readonly sign: string; readonly level: number }>> = {
  add: { sign: '+', level: 1 },
  sub: { sign: '-', level: 1 },
  mul: { sign: '*', level: 2 },
  div: { sign: '/', level: 2 },
}

const atLeast = (level: number, { text, level: own }: Phrase): string => (own >= level ? text : `(${text})`)

/** How tall an expression may grow before a part of it gets a name. */
const tallest = 6

function phrase(node: Node, nameOf: NameOf): Phrase {
  const known = nameOf(node) ?? literalText(node)
  if (known !== null) return { text: known, level: 4 }
  const [a, b, ...more] = node.inputs.map((input) => phrase(input, nameOf))
  const operator = infix[node.primitive.name]
  if (a !== undefined && b !== undefined && operator !== undefined) {
    const { sign, level } = operator
    // Rounding depends on the grouping, so a sum on the right of a sum keeps its parentheses.
    return { text: `${atLeast(level, a)} ${sign} ${atLeast(level + 1, b)}`, level }
  }
  if (a !== undefined && node.primitive.name === 'neg') return { text: `-${atLeast(4, a)}`, level: 3 }
  const args = [a, b, ...more].flatMap((arg) => arg?.text ?? [])
  return { text: callText(node, args), level: 4 }
}

/**
 * The expression behind a node, with `+ - * /` between operands, down to the nodes that have a name. Only for
 * expressions whose height is known to be small: see {@link nameParts}.
 */
export function expressionText(node: Node, nameOf: NameOf): string {
  return phrase(node, nameOf).text
}

/** How a node is made of its inputs, as a call. */
export function applicationText(node: Node, nameOf: (input: Node) => string): string {
  return callText(node, node.inputs.map(nameOf))
}

/** The unnamed nodes between the named ones and `roots`, inputs before users. */
function unnamed(roots: readonly Node[], nameOf: NameOf): Node[] {
  return inputsFirst(roots, { enter: (node) => (nameOf(node) === undefined ? node : null) })
}

/**
 * The parts of the expressions behind `roots` that need a name of their own, inputs before users: what is used more
 * than once, and what would nest too deeply.
 */
export function nameParts(roots: readonly Node[], nameOf: NameOf): Node[] {
  const nodes = unnamed(roots, nameOf)
  const uses = new Map<Node, number>()
  for (const used of [...roots, ...nodes.flatMap(({ inputs }) => inputs)]) {
    uses.set(used, (uses.get(used) ?? 0) + 1)
  }
  const heights = new Map<Node, number>()
  return nodes.filter((node) => {
    if (literalText(node) !== null) return false
    const height = 1 + Math.max(0, ...node.inputs.map((input) => heights.get(input) ?? 0))
    const named = (uses.get(node) ?? 0) > 1 || (height > tallest && !roots.includes(node))
    heights.set(node, named ? 0 : height)
    return named
  })
}
