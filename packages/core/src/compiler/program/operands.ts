import type { Shape, TensorSpec } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Plan, ValueId } from '../plan.ts'
import { type Cuts, cutsOf, joinedCuts } from './cuts.ts'
import type { Movement } from './movement.ts'
import { dtypeOf, isFree, moved, type Source, type ValueSource, viewsOf, wholeValue } from './source.ts'
import { contiguous, expanded, isContiguous, type View } from './view.ts'
import type { Target, Value, Work } from './work.ts'

/** What is known of a plan's values while views are resolved, and the work found so far. */
export class Operands {
  readonly plan: Plan
  readonly values: Value[]
  readonly work: Work[] = []
  /** How each plan value is read. */
  readonly sources: Source[] = []
  /** Copies that were made of views, by the value they are a copy of. */
  private readonly copies = new Map<ValueId, ValueSource>()

  constructor(plan: Plan) {
    this.plan = plan
    this.values = plan.values.map(({ dtype, shape }) => ({ dtype, count: sizeOf(shape) }))
    for (let id = 0; id < plan.inputCount; id++) this.sources[id] = this.stored(id)
  }

  /** Shape and dtype of a plan value. */
  spec(id: ValueId): TensorSpec {
    const spec = this.plan.values[id]
    if (spec === undefined) throw new Error(`samkit: the plan has no value ${id}; please report this`)
    return spec
  }

  /** How a plan value is read. */
  source(id: ValueId): Source {
    const source = this.sources[id]
    if (source === undefined)
      throw new Error(`samkit: the plan reads value ${id} too early; please report this`)
    return source
  }

  /** The number of elements of a value. */
  count(id: number): number {
    return this.values[id]?.count ?? 0
  }

  /** A plan value that was computed into memory. */
  stored(id: ValueId): Source {
    const { dtype } = this.spec(id)
    return this.count(id) === 0 ? { kind: 'constant', dtype, value: 0 } : wholeValue(id, this.count(id))
  }

  /** Whether all of a value is read as it lies. */
  isWhole({ value, view }: ValueSource): boolean {
    return isContiguous(view, this.count(value))
  }

  /** A new value in memory that is a copy of the source. */
  copy(source: Source, count: number, step: number): ValueSource {
    const dtype = dtypeOf(source, this.values)
    const value = this.values.push({ dtype, count }) - 1
    if (count > 0) {
      const target = { value, view: contiguous(count) }
      this.work.push({ kind: 'map', step, target, after: [], count, source })
    }
    return wholeValue(value, count)
  }

  /** The plan value in memory as a whole, in order. */
  inMemory(id: ValueId, step: number): ValueSource {
    const source = this.source(id)
    if (source.kind === 'value' && this.isWhole(source)) return source
    const made = this.copies.get(id) ?? this.copy(source, this.count(id), step)
    this.copies.set(id, made)
    return made
  }

  /** The value seen through a movement; one that is computed where it is read is stored before unless it `moves` as well. */
  move(id: ValueId, movement: Movement, step: number, moves: boolean = true): Source {
    const from = this.source(id)
    // Only memory can be padded: a constant would be that constant in the padding too.
    const pads = from.kind !== 'value' && (movement(contiguous(this.count(id)))?.bounds.length ?? 0) > 0
    const direct = moves && !pads ? moved(from, movement) : null
    const source = direct ?? moved(this.inMemory(id, step), movement)
    if (source === null)
      throw new Error(`samkit: no view of a whole value in step ${step}; please report this`)
    return source
  }

  /** A step's operand with as many elements as `shape`, on loops that have the cuts so far; new cuts are added to them. */
  operand(id: ValueId, shape: Shape, cuts: { all: Cuts }, step: number): Source {
    const own = this.spec(id).shape
    const repeat: Movement = (view) => (sizeOf(own) === sizeOf(shape) ? view : expanded(view, own, shape))
    const add = (source: Source): boolean => {
      let all: Cuts | null = cuts.all
      for (const view of viewsOf(source)) all &&= joinedCuts(all, cutsOf(view.factors))
      if (all === null) return false
      cuts.all = all
      return true
    }
    const source = this.source(id)
    // What is computed is computed once before it is repeated.
    const direct = sizeOf(own) === sizeOf(shape) || isFree(source) ? moved(source, repeat) : null
    if (direct !== null && add(direct)) return direct
    const whole = moved(this.inMemory(id, step), repeat) ?? this.move(id, repeat, step)
    if (add(whole)) return whole
    return this.copy(whole, sizeOf(shape), step)
  }

  /** All of a value, as a place to write to. */
  whole(value: number): Target {
    return { value, view: contiguous(this.count(value)) }
  }

  /** Copies a source to a part of a value. */
  put(
    source: Source,
    count: number,
    view: View | null,
    value: number,
    step: number,
    after: readonly number[] = [],
  ): void {
    if (count === 0) return
    if (view === null) throw new Error(`samkit: step ${step} has no place to write to; please report this`)
    let cuts: Cuts | null = cutsOf(view.factors)
    for (const seen of viewsOf(source)) cuts &&= joinedCuts(cuts, cutsOf(seen.factors))
    const from = cuts === null ? this.copy(source, count, step) : source
    this.work.push({ kind: 'map', step, target: { value, view }, after, count, source: from })
  }
}
