import type { TensorSpec } from '../../graph/dtype.ts'
import type { ValueId } from '../plan.ts'
import { type Application, type Draft, isElementwise, type Rule } from './rule.ts'
import { StepKeys } from './step-keys.ts'

/** A step on its way into a new plan. */
export interface SketchStep extends Application {
  /** The step of the first plan that it was made for. */
  readonly origin: number
}

/** A plan before it is known what is freed when. Step `i` computes value `inputCount + i`. */
export interface Sketch {
  readonly inputs: readonly TensorSpec[]
  readonly steps: readonly SketchStep[]
  readonly outputs: readonly ValueId[]
}

/** Which rules there are, and what they have seen. */
export interface Rewriting {
  readonly rules: readonly Rule[]
  /** The only ones to try where nothing has changed, for a plan that was rewritten by the others before. Default: all. */
  readonly settled?: readonly Rule[]
  /** Whether equal steps become one. */
  readonly share: boolean
}

/** Writes a plan anew, step by step, by these rules. */
export function rewritten(source: Sketch, { rules, settled, share }: Rewriting): Sketch {
  const writer = new Writer(source.inputs, rules, share)
  const reads = readsOf(source)
  const inputCount = source.inputs.length
  const places: ValueId[] = []
  /** Values of the source that are computed from the same as there. */
  const same: boolean[] = []
  for (let id = 0; id < inputCount; id++) {
    places.push(id)
    same.push(true)
    writer.expectReads(id, reads[id] ?? 0)
  }
  for (let i = 0; i < source.steps.length; i++) {
    const { primitive, attrs, inputs, spec, origin } = source.steps[i] as SketchStep
    writer.origin = origin
    const application = { primitive, attrs, inputs: inputs.map((id) => places[id] ?? -1), spec }
    const unchanged = settled !== undefined && inputs.every((id) => same[id])
    const found = unchanged ? writer.tried(application, settled) : writer.add(application)
    const id = found ?? writer.keep(application)
    writer.expectReads(id, reads[inputCount + i] ?? 0)
    places.push(id)
    same.push(found === null)
  }
  const outputs = source.outputs.map((id) => places[id] ?? -1)
  return withoutDead({ inputs: source.inputs, steps: writer.steps, outputs })
}

/** How often each value is read; an output is read once more. */
function readsOf({ inputs, steps, outputs }: Sketch): Int32Array {
  const reads = new Int32Array(inputs.length + steps.length)
  const read = (id: ValueId): void => {
    reads[id] = (reads[id] ?? 0) + 1
  }
  for (const step of steps) step.inputs.forEach(read)
  outputs.forEach(read)
  return reads
}

const made = new Set(['leaf', 'movement', 'contraction'])

/** Whether a rule looks at such a step. */
function isMeant({ on }: Rule, { primitive }: Application): boolean {
  return on === 'elementwise' ? isElementwise(primitive) : on.includes(primitive)
}

class Writer implements Draft {
  readonly steps: SketchStep[] = []
  /** The step of the first plan that is being looked at. */
  origin = 0
  private readonly inputs: readonly TensorSpec[]
  private readonly rules: readonly Rule[]
  private readonly share: boolean
  private readonly rulesOf = new Map<Application['primitive'], readonly Rule[]>()
  private readonly keys = new StepKeys()
  private readonly known = new Map<string, ValueId>()
  private readonly readCounts: number[] = []

  constructor(inputs: readonly TensorSpec[], rules: readonly Rule[], share: boolean) {
    this.inputs = inputs
    this.rules = rules
    this.share = share
  }

  spec(id: ValueId): TensorSpec {
    const spec = this.inputs[id] ?? this.producer(id)?.spec
    if (spec === undefined)
      throw new Error(`samkit: a rewrite reads value ${id}, which is not there; please report this`)
    return spec
  }

  producer(id: ValueId): Application | undefined {
    return this.steps[id - this.inputs.length]
  }

  reads(id: ValueId): number {
    return this.readCounts[id] ?? 0
  }

  /** Values that turn out to be one are read by the readers of all. */
  expectReads(id: ValueId, count: number): void {
    this.readCounts[id] = this.reads(id) + count
  }

  add(application: Application): ValueId {
    const found = this.tried(application, this.rulesFor(application))
    if (found !== null) return found
    if (!this.share) return this.append(application)
    const key = this.keys.of(application)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const id = this.append(application)
    this.known.set(key, id)
    return id
  }

  /** What the first rule makes of it that has something to do. */
  tried(application: Application, rules: readonly Rule[]): ValueId | null {
    for (const rule of rules) {
      const id = isMeant(rule, application) ? rule.rewrite(application, this) : null
      if (id !== null) return id
    }
    return null
  }

  /** Adds a step that no rule changes and that nothing equals so far. */
  keep(application: Application): ValueId {
    const id = this.append(application)
    // Those that rules make must be found where they are there already.
    if (this.share && made.has(application.primitive.family)) this.known.set(this.keys.of(application), id)
    return id
  }

  private append({ primitive, attrs, inputs, spec }: Application): ValueId {
    return this.inputs.length + this.steps.push({ primitive, attrs, inputs, spec, origin: this.origin }) - 1
  }

  private rulesFor(application: Application): readonly Rule[] {
    const { primitive } = application
    const known = this.rulesOf.get(primitive)
    if (known !== undefined) return known
    const fitting = this.rules.filter((rule) => isMeant(rule, application))
    this.rulesOf.set(primitive, fitting)
    return fitting
  }
}

/** The steps that outputs depend on, numbered without gaps. */
function withoutDead({ inputs, steps, outputs }: Sketch): Sketch {
  const inputCount = inputs.length
  const alive = new Uint8Array(inputCount + steps.length)
  for (const id of outputs) alive[id] = 1
  for (let i = steps.length - 1; i >= 0; i--) {
    if (alive[inputCount + i] === 1) for (const id of steps[i]?.inputs ?? []) alive[id] = 1
  }
  const numbers = new Int32Array(alive.length)
  const kept: SketchStep[] = []
  const renumbered = (id: ValueId): ValueId => (id < inputCount ? id : (numbers[id] ?? -1))
  for (let i = 0; i < steps.length; i++) {
    if (alive[inputCount + i] !== 1) continue
    const { primitive, attrs, inputs: read, spec, origin } = steps[i] as SketchStep
    numbers[inputCount + i] = inputCount + kept.length
    kept.push({ primitive, attrs, inputs: read.map(renumbered), spec, origin })
  }
  return { inputs, steps: kept, outputs: outputs.map(renumbered) }
}
