import type { Node } from './tensor.ts'

/** How a walk goes through the graph. */
export interface Walk {
  /** The node to look at in place of `node`, or null to leave it and what is behind it out. Default: itself. */
  readonly enter?: (node: Node) => Node | null
  /** What to look behind `node`. Default: its inputs. */
  readonly inputsOf?: (node: Node) => readonly Node[]
}

/** The nodes behind `roots`, depth first: each once, after all of its inputs. */
export function inputsFirst(
  roots: readonly Node[],
  { enter = (node) => node, inputsOf = ({ inputs }) => inputs }: Walk = {},
): Node[] {
  const order: Node[] = []
  const seen = new Set<Node>()
  // An explicit stack: graphs are deeper than the call stack.
  const stack: { readonly node: Node; readonly inputs: readonly Node[]; next: number }[] = []
  const push = (candidate: Node): void => {
    const node = enter(candidate)
    if (node === null || seen.has(node)) return
    seen.add(node)
    stack.push({ node, inputs: inputsOf(node), next: 0 })
  }
  for (const root of roots) {
    push(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.inputs[top.next++]
      if (input !== undefined) push(input)
      else {
        order.push(top.node)
        stack.pop()
      }
    }
  }
  return order
}
