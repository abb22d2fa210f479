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

/** Writes a plan anew, step by step, by these rules; equal steps become one where `share` is set. */
export function rewritten(source: Sketch, rules: readonly Rule[], share: boolean): Sketch {
  const writer = new Writer(source.inputs, rules, share)
  const reads = readsOf(source)
  const places = source.inputs.map((_, id) => id)
  const place = (id: ValueId): ValueId => places[id] ?? -1
  for (const [id] of source.inputs.entries()) writer.expectReads(id, reads[id] ?? 0)
  for (const step of source.steps) {
    const { primitive, attrs, inputs, spec, origin } = step
    writer.origin = origin
    const id = writer.add({ primitive, attrs, inputs: inputs.map(place), spec })
    writer.expectReads(id, reads[places.length] ?? 0)
    places.push(id)
  }
  return withoutDead({ inputs: source.inputs, steps: writer.steps, outputs: source.outputs.map(place) })
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
    for (const rule of this.rulesFor(application)) {
      const id = rule.rewrite(application, this)
      if (id !== null) return id
    }
    if (!this.share) return this.append(application)
    const key = this.keys.of(application)
    const known = this.known.get(key)
    if (known !== undefined) return known
    const id = this.append(application)
    this.known.set(key, id)
    return id
  }

  private append({ primitive, attrs, inputs, spec }: Application): ValueId {
    return this.inputs.length + this.steps.push({ primitive, attrs, inputs, spec, origin: this.origin }) - 1
  }

  private rulesFor({ primitive }: Application): readonly Rule[] {
    const known = this.rulesOf.get(primitive)
    if (known !== undefined) return known
    const fitting = this.rules.filter(({ on }) =>
      on === 'elementwise' ? isElementwise(primitive) : on.includes(primitive),
    )
    this.rulesOf.set(primitive, fitting)
    return fitting
  }
}

/** The steps that outputs depend on, numbered without gaps. */
function withoutDead({ inputs, steps, outputs }: Sketch): Sketch {
  const alive = new Uint8Array(inputs.length + steps.length)
  for (const id of outputs) alive[id] = 1
  for (let i = steps.length - 1; i >= 0; i--) {
    if (alive[inputs.length + i] === 1) for (const id of steps[i]?.inputs ?? []) alive[id] = 1
  }
  const numbers = new Int32Array(alive.length)
  const kept: SketchStep[] = []
  const renumbered = (id: ValueId): ValueId => (id < inputs.length ? id : (numbers[id] ?? -1))
  for (const [i, { primitive, attrs, inputs: read, spec, origin }] of steps.entries()) {
    const id = inputs.length + i
    if (alive[id] !== 1) continue
    numbers[id] =
      inputs.length + kept.push({ primitive, attrs, inputs: read.map(renumbered), spec, origin }) - 1
  }
  return { inputs, steps: kept, outputs: outputs.map(renumbered) }
}
