import { bytesPerElement, type TensorSpec } from '../graph/dtype.ts'
import { inputsFirst } from '../graph/inputs-first.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Node, Primitive } from '../graph/tensor.ts'

/** The number of a value inside a plan: first the inputs, then one per step. */
export type ValueId = number

/** One primitive to run. */
export interface Step {
  readonly primitive: Primitive
  readonly attrs: object
  readonly inputs: readonly ValueId[]
  readonly output: ValueId
  /** Values read here for the last time: their memory is free afterwards. */
  readonly frees: readonly ValueId[]
}

/** A graph in the order it runs: what a backend is handed. */
export interface Plan {
  /** Shape and dtype of every value, by its number; the first `inputCount` are the inputs. */
  readonly values: readonly TensorSpec[]
  readonly inputCount: number
  readonly steps: readonly Step[]
  readonly outputs: readonly ValueId[]
  /** The most bytes that inputs, intermediates and outputs take at one time, when each is freed after its last use. */
  readonly peakBytes: number
}

/** A node that computes nothing and stands for its first input. */
export function standsFor(node: Node): Node | null {
  const { name, family } = node.primitive
  if (family !== 'flow') return null
  const passes = name === 'identity' || name === 'stopGradient' || name === 'custom'
  return passes && node.storage === null ? (node.inputs[0] ?? null) : null
}

/** The node that computes what `node` stands for. */
export function resolve(node: Node): Node {
  let current = node
  for (let next = standsFor(current); next !== null; next = standsFor(current)) current = next
  return current
}

/** Every node that must be known to compute `roots`, inputs before users. Nodes with a value are not looked behind. */
export function schedule(roots: readonly Node[]): Node[] {
  return inputsFirst(roots, {
    enter: resolve,
    inputsOf: ({ storage, inputs }) => (storage === null ? inputs : nothing),
  })
}

const nothing: readonly Node[] = []

/**
 * Makes the plan that computes `roots`, from their schedule; its steps run in the order the nodes were made. `places`
 * says for each step where its node stands in the schedule: the same place in every schedule of this structure.
 */
export function makePlan(
  roots: readonly Node[],
  order: readonly Node[],
): { readonly plan: Plan; readonly places: readonly number[] } {
  const leaves = order.filter((node) => node.storage !== null)
  // In the order they were made: a backward pass then uses and frees the activations of one layer after another, where
  // going depth first from each gradient would hold all of them until the last.
  const computed = order.filter((node) => node.storage === null).sort((a, b) => a.id - b.id)
  const ids = new Map<Node, ValueId>()
  for (const node of [...leaves, ...computed]) ids.set(node, ids.size)
  const idOf = (node: Node): ValueId => {
    const id = ids.get(resolve(node))
    if (id === undefined)
      throw new Error('samkit: a node was used before it was scheduled; please report this')
    return id
  }
  const values = [...leaves, ...computed].map(({ shape, dtype }) => ({ shape, dtype }))
  const outputs = roots.map(idOf)
  const steps = computed.map((node) => ({
    primitive: node.primitive,
    attrs: node.attrs,
    inputs: node.inputs.map(idOf),
    output: idOf(node),
  }))
  const placeOf = new Map(order.map((node, place) => [node, place]))
  return {
    plan: finishedPlan({ values, inputCount: leaves.length, steps, outputs }),
    places: computed.map((node) => placeOf.get(node) ?? -1),
  }
}

/** A plan before it is known when values are freed. */
export interface OpenPlan extends Omit<Plan, 'steps' | 'peakBytes'> {
  readonly steps: readonly Omit<Step, 'frees'>[]
}

/** Works out when values are freed, and what memory that takes. */
export function finishedPlan({ values, inputCount, steps, outputs }: OpenPlan): Plan {
  const frees = lastUses(
    steps.map(({ inputs }) => inputs),
    inputCount,
    new Set(outputs),
  )
  const plan = {
    values,
    inputCount,
    outputs,
    steps: steps.map(({ primitive, attrs, inputs, output }, i) => {
      return { primitive, attrs, inputs, output, frees: frees[i] ?? [] }
    }),
  }
  return { ...plan, peakBytes: peakBytes(plan) }
}

/** For every step, the intermediate values that no later step reads and that are no output. */
function lastUses(
  stepInputs: readonly (readonly ValueId[])[],
  inputCount: number,
  outputs: ReadonlySet<ValueId>,
): ValueId[][] {
  const seen = new Set<ValueId>()
  const frees: ValueId[][] = stepInputs.map(() => [])
  for (let i = stepInputs.length - 1; i >= 0; i--) {
    for (const id of stepInputs[i] ?? []) {
      if (seen.has(id) || id < inputCount || outputs.has(id)) continue
      seen.add(id)
      frees[i]?.push(id)
    }
  }
  return frees
}

function peakBytes({ values, inputCount, steps }: Omit<Plan, 'peakBytes'>): number {
  const bytes = values.map(({ shape, dtype }) => sizeOf(shape) * bytesPerElement(dtype))
  let held = 0
  for (let id = 0; id < inputCount; id++) held += bytes[id] ?? 0
  let peak = held
  for (const { output, frees } of steps) {
    held += bytes[output] ?? 0
    peak = Math.max(peak, held)
    for (const id of frees) held -= bytes[id] ?? 0
  }
  return peak
}
