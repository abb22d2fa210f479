import type { Node } from '../graph/tensor.ts'
import type { NameOf } from './expression.ts'
import { literalText } from './notation.ts'

/** Gives nodes names: those it is told, and numbered ones that clash with none. */
export class Namer {
  private readonly names = new Map<Node, string>()
  private readonly taken = new Set<string>()
  private readonly counts = new Map<string, number>()

  /** Calls the node `wanted`, or that with a number behind it where another node has the name already. */
  give(node: Node, wanted: string): void {
    if (this.names.has(node)) return
    let name = wanted
    for (let n = 2; this.taken.has(name); n++) name = `${wanted}_${n}`
    this.taken.add(name)
    this.names.set(node, name)
  }

  /** Calls the node by the letter and the next number. */
  number(node: Node, letter: string): void {
    if (this.names.has(node)) return
    let n = this.counts.get(letter) ?? 0
    do n += 1
    while (this.taken.has(`${letter}${n}`))
    this.counts.set(letter, n)
    this.give(node, `${letter}${n}`)
  }

  /** The node's name. A node that is another one under a new name (`identity`) is called by that one's. */
  readonly of: NameOf = (node) => {
    let current = node
    for (;;) {
      const name = this.names.get(current)
      const [input] = current.inputs
      if (name !== undefined || current.primitive.name !== 'identity' || input === undefined) return name
      current = input
    }
  }

  /** The node's name, or what it is when it is a constant. */
  readonly orLiteral = (node: Node): string => this.of(node) ?? literalText(node) ?? '?'
}
