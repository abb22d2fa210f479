import type { Plan, Step, ValueId } from '@samkit/core'
import { finishedPlan } from '@samkit/core/compiler'
import type { IntegerRange, Place } from './placement.ts'
import { placeOf } from './placement.ts'

/** Steps of a plan that run in one place, as a plan of their own. */
export interface Stage {
  readonly place: Place
  readonly plan: Plan
  /** The values of the whole plan that are the stage's inputs, and its outputs. */
  readonly inputs: readonly ValueId[]
  readonly outputs: readonly ValueId[]
  /** For each step of the stage the step of the whole plan. */
  readonly steps: readonly number[]
}

/** Movements that cost nothing to do again where they are read. */
const views = new Set(['reshape', 'permute', 'expand', 'slice', 'flip', 'pad', 'identity', 'stopGradient'])

/**
 * Cuts a plan into stages that run one after another, alternately on the host and on the device: integers and random
 * numbers first where nothing is in their way, so that most plans are one stage on the device behind one on the host.
 */
export function stagesOf(plan: Plan, range: IntegerRange): Stage[] {
  const makers = new Map<ValueId, number>(plan.steps.map(({ output }, i) => [output, i]))
  // What is made of inputs and constants by views alone is made again in every stage that reads it.
  const repeated = new Set<ValueId>()
  const levelOf = new Map<ValueId, number>()
  const levels: number[] = []
  const wanted = new Set(plan.outputs)
  for (const [i, step] of plan.steps.entries()) {
    const { primitive, inputs, output } = step
    const isLeaf = primitive.name === 'constant' || primitive.name === 'iota'
    const isView = views.has(primitive.name) && inputs.every((id) => id < plan.inputCount || repeated.has(id))
    if ((isLeaf || isView) && !wanted.has(output)) {
      repeated.add(output)
      levels[i] = -1
      continue
    }
    const before = Math.max(-1, ...inputs.map((id) => levelOf.get(id) ?? -1))
    const place = placeOf(step, plan, range)
    // A view stays where its operand is, rather than be moved for nothing.
    const stays = views.has(primitive.name) && before >= 0
    levels[i] = stays ? before : levelFor(place, before)
    levelOf.set(output, levels[i] ?? 0)
  }
  const stages: Stage[] = []
  for (let level = 0; level <= Math.max(-1, ...levels); level++) {
    const own = [...levels.keys()].filter((i) => levels[i] === level)
    if (own.length > 0) stages.push(stageOf(plan, level % 2 === 0 ? 'host' : 'device', own, makers, repeated))
  }
  return stages
}

/** The first level of a place that is not before `level`: the even ones are the host's. */
function levelFor(place: Place, level: number): number {
  const parity = place === 'host' ? 0 : 1
  const from = Math.max(0, level)
  return from % 2 === parity ? from : from + 1
}

function stageOf(
  plan: Plan,
  place: Place,
  own: readonly number[],
  makers: ReadonlyMap<ValueId, number>,
  repeated: ReadonlySet<ValueId>,
): Stage {
  const steps = new Set(own)
  const add = (id: ValueId): void => {
    const maker = makers.get(id)
    if (maker === undefined || steps.has(maker) || !repeated.has(id)) return
    steps.add(maker)
    for (const input of plan.steps[maker]?.inputs ?? []) add(input)
  }
  for (const i of own) for (const id of plan.steps[i]?.inputs ?? []) add(id)
  const order = [...steps].sort((a, b) => a - b)
  const list = order.map((i) => plan.steps[i] as Step)
  const made = new Set(list.map(({ output }) => output))
  const inputs = [...new Set(list.flatMap((step) => step.inputs))].filter((id) => !made.has(id))
  const outside = new Set(plan.outputs)
  for (const [i, step] of plan.steps.entries()) {
    if (!steps.has(i)) for (const id of step.inputs) outside.add(id)
  }
  const outputs = own.flatMap((i) => plan.steps[i]?.output ?? []).filter((id) => outside.has(id))
  const numbers = new Map<ValueId, number>(
    [...inputs, ...list.map(({ output }) => output)].map((id, n) => [id, n]),
  )
  const number = (id: ValueId): number => numbers.get(id) ?? -1
  const specs = [...numbers.keys()].map((id) => plan.values[id] as Plan['values'][number])
  return {
    place,
    inputs,
    outputs,
    steps: order,
    plan: finishedPlan({
      values: specs,
      inputCount: inputs.length,
      steps: list.map(({ primitive, attrs, inputs: from, output }) => ({
        primitive,
        attrs,
        inputs: from.map(number),
        output: number(output),
      })),
      outputs: outputs.map(number),
    }),
  }
}
