import type { Node } from './tensor.ts'

/** How a walk goes through the graph. Neither function may begin a walk of its own. */
export interface Walk {
  /** The node to look at in place of `node`, or null to leave it and what is behind it out. Default: itself. */
  readonly enter?: (node: Node) => Node | null
  /** What to look behind `node`. Default: its inputs. */
  readonly inputsOf?: (node: Node) => readonly Node[]
}

let walks = 0

/** The nodes behind `roots`, depth first: each once, after all of its inputs. */
export function inputsFirst(
  roots: readonly Node[],
  { enter = (node) => node, inputsOf = ({ inputs }) => inputs }: Walk = {},
): Node[] {
  const walk = ++walks
  const order: Node[] = []
  // An explicit stack, of nodes and of how many of their inputs are done: graphs are deeper than the call stack.
  const stack: Node[] = []
  const done: number[] = []
  const push = (candidate: Node): void => {
    const node = enter(candidate)
    // Seen is what carries this walk's number: a set of all nodes would cost more than the rest of the walk.
    if (node === null || node.walk === walk) return
    node.walk = walk
    stack.push(node)
    done.push(0)
  }
  for (const root of roots) {
    push(root)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const last = done.length - 1
      const next = done[last] ?? 0
      const input = inputsOf(top)[next]
      if (input !== undefined) {
        done[last] = next + 1
        push(input)
      } else {
        order.push(top)
        stack.pop()
        done.pop()
      }
    }
  }
  return order
}
