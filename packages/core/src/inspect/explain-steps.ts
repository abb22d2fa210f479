import { ancestors, pathsFrom } from '../autodiff/graph.ts'
import { type BackwardStep, pullback } from '../autodiff/reverse.ts'
import { isFloat, type TensorSpec } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { type Node, Tensor, upcomingNodeId } from '../graph/tensor.ts'
import { identity } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { mapTree, treeLeaves } from '../tree/tree.ts'
import { originText } from './describe.ts'
import { applicationText, expressionText, type NameOf, nameParts } from './expression.ts'
import { Namer } from './namer.ts'
import { literalText } from './notation.ts'

/** A value on the way forward. */
export interface ExplainedValue extends TensorSpec {
  /** What the explanation calls it. */
  readonly name: string
  readonly role: 'argument' | 'closed over' | 'computed'
  /** How it was computed, such as `matmul(x, w)`; for closed-over tensors, what they are; null for arguments. */
  readonly formula: string | null
}

/** A formula of a rule that got a name because it is used more than once, or is long. */
export interface ExplainedPart extends TensorSpec {
  readonly name: string
  readonly formula: string
}

/** What a rule sends to one input. */
export interface ExplainedGradient extends TensorSpec {
  /** The name of the input, or its value where it is a constant. */
  readonly toward: string
  /** What the rule built, over the names of values, where `∂v` is the gradient with respect to `v`; null for nothing. */
  readonly formula: string | null
  /** Why nothing is sent; null where something is. */
  readonly reason: string | null
  /** Whether it is added to what another use of the same value sent before. */
  readonly adds: boolean
}

/** One primitive on the way back. */
export interface ExplainedStep {
  /** The name of the value it computed. */
  readonly name: string
  readonly op: string
  /** How it computed it. */
  readonly formula: string
  readonly parts: readonly ExplainedPart[]
  readonly gradients: readonly ExplainedGradient[]
}

/** How a function computes its results, and how its gradient comes about. */
export interface Explanation {
  /** Arguments, closed-over tensors, then everything in the order it was made; constants stand where they are used. */
  readonly values: readonly ExplainedValue[]
  /** The names of the results, where gradients start. */
  readonly results: readonly string[]
  /** The primitives on the way back, in the order their rules are applied. */
  readonly steps: readonly ExplainedStep[]
  /** Arguments that get no gradient, and why. */
  readonly unreached: readonly { readonly name: string; readonly reason: string }[]
}

const specOf = ({ shape, dtype }: Node): TensorSpec => ({ shape, dtype })

/**
 * What {@link explain} prints, as data.
 *
 * @throws OpError when `f` returns no floating-point tensor.
 */
export function explainSteps<Args extends readonly unknown[]>(
  f: (...args: Args) => unknown,
  ...args: Args
): Explanation {
  const namer = new Namer()
  const inputs = args.map((arg) => mapTree(arg, (leaf) => (isFloat(leaf.dtype) ? identity(leaf) : leaf)))
  const given = inputs.flatMap((input, i) => {
    const leaves = treeLeaves(input)
    for (const { path, tensor } of leaves) {
      namer.give(tensor.node, path !== '' ? path : inputs.length === 1 ? 'x' : `x${i + 1}`)
    }
    return leaves.map(({ tensor }) => tensor.node)
  })

  const since = upcomingNodeId()
  const returned = f(...(inputs as readonly unknown[] as Args))
  const outputs = treeLeaves(returned).flatMap(({ tensor }) => (isFloat(tensor.dtype) ? [tensor] : []))
  if (outputs.length === 0) throw new OpError('explain', 'the function must return a tensor in f32 or f64')

  const forward = forwardValues(outputs, given, since, namer)
  const values = [
    ...given.map(
      (node) => ({ name: namer.orLiteral(node), role: 'argument', formula: null, ...specOf(node) }) as const,
    ),
    ...forward,
  ]
  return { values, ...backwardSteps(outputs, given, namer) }
}

/** Names everything behind the outputs but arguments and constants, and says what it is. */
function forwardValues(
  outputs: readonly Tensor[],
  given: readonly Node[],
  since: number,
  namer: Namer,
): ExplainedValue[] {
  const roots = outputs.map(({ node }) => node)
  const made = ancestors(roots, since)
  const older = [...roots, ...made.flatMap(({ inputs }) => inputs)].filter(({ id }) => id < since)
  const isNamed = (node: Node): boolean =>
    !given.includes(node) &&
    literalText(node) === null &&
    // Within the function an identity goes by the name of what it stands for.
    (node.id < since || node.primitive.name !== 'identity')
  const nodes = [...new Set([...older, ...made])].filter(isNamed).sort((a, b) => a.id - b.id)
  const isClosedOver = (node: Node): boolean => node.id < since || node.inputs.length === 0
  for (const node of nodes) namer.number(node, isClosedOver(node) ? 'c' : 'v')
  const closedOver = nodes.filter(isClosedOver).map((node) => {
    const formula = originText(node, 2, new Map())
    return { name: namer.orLiteral(node), role: 'closed over', formula, ...specOf(node) } as const
  })
  const computed = nodes
    .filter((node) => !isClosedOver(node))
    .map((node) => {
      const formula = applicationText(node, namer.orLiteral)
      return { name: namer.orLiteral(node), role: 'computed', formula, ...specOf(node) } as const
    })
  return [...closedOver, ...computed]
}

/** Runs reverse mode and writes down what every rule sends. */
function backwardSteps(
  outputs: readonly Tensor[],
  given: readonly Node[],
  namer: Namer,
): Omit<Explanation, 'values'> {
  const sources = given.filter(({ dtype }) => isFloat(dtype))
  const active = new Set(
    pathsFrom(
      sources,
      outputs.map(({ node }) => node),
    ),
  )
  const results = outputs.map(({ node }) => namer.orLiteral(node))
  const reached = new Set(results)
  const steps: ExplainedStep[] = []

  const reasonForNone = (input: Node, place: number, op: string): string => {
    if (!isFloat(input.dtype)) return `${input.dtype} has no gradient`
    if (op === 'custom' && place === 0) return 'the custom rule stands in for its own'
    if (namer.of(input) === undefined) return 'a constant'
    return active.has(input) ? `the rule of ${op} sends none` : 'not computed from the arguments'
  }
  const watch = ({ node, cotangent, inputs }: BackwardStep): void => {
    if (node.primitive.name === 'identity') return
    const own = namer.orLiteral(node)
    const nameOf: NameOf = (other) => (other === cotangent.node ? `∂${own}` : namer.of(other))
    const sent = inputs.map((part, i) => {
      const input = node.inputs[i]
      return part !== null && input !== undefined && active.has(input) ? part.node : null
    })
    const parts = nameParts(
      sent.flatMap((part) => part ?? []),
      nameOf,
    ).map((part) => {
      // First its formula: with a name of its own it would be explained by itself.
      const formula = expressionText(part, nameOf)
      namer.number(part, 't')
      return { name: namer.orLiteral(part), formula, ...specOf(part) }
    })
    const gradients = node.inputs.map((input, i) => {
      const toward = namer.orLiteral(input)
      const part = sent[i] ?? null
      const adds = part !== null && reached.has(toward)
      if (part !== null) reached.add(toward)
      return {
        toward,
        formula: part === null ? null : expressionText(part, nameOf),
        reason: part === null ? reasonForNone(input, i, node.primitive.name) : null,
        adds,
        ...specOf(input),
      }
    })
    steps.push({
      name: own,
      op: node.primitive.name,
      formula: applicationText(node, namer.orLiteral),
      parts,
      gradients,
    })
  }
  const seeds = outputs.map((output) => fullLike(output, 1))
  pullback(
    outputs,
    seeds,
    sources.map((node) => new Tensor(node)),
    watch,
  )

  const unreached = given.flatMap((node) => {
    const name = namer.orLiteral(node)
    if (reached.has(name)) return []
    if (!isFloat(node.dtype)) return [{ name, reason: `${node.dtype} has no gradient` }]
    const reason = active.has(node) ? 'no rule on the way sends one' : 'the result does not depend on it'
    return [{ name, reason }]
  })
  return { results, steps, unreached }
}
