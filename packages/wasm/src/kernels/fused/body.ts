import type { FusedKernel, Instruction, Store } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local, type Value } from '../../assembler/index.ts'
import { type Form, Forms, type Places } from './forms.ts'
import type { Lanes, Where } from './lanes.ts'
import type { Layout } from './layout.ts'
import { keptLines, type Schedule } from './schedule.ts'
import { type Scope, type Site, standing } from './scope.ts'

/** All that the code of a kernel is made from. */
export interface FusedCode {
  readonly kernel: FusedKernel
  readonly layout: Layout
  readonly schedule: Schedule
  /** The place of each buffer among the operands. */
  readonly operandOf: ReadonlyMap<number, number>
  /** The operand of the row's scratch. */
  readonly scratch: number
}

type Load = Extract<Instruction, { op: 'load' }>

/** Writes the code of single lines: computing, reading, writing. */
export class Body {
  readonly forms = new Forms()
  /** The bits of a whole vector. */
  readonly full: number
  private readonly code: Code
  private readonly lanes: Lanes
  private readonly plan: FusedCode
  private readonly places = new Map<Instruction | Store, Places>()
  private readonly slots = new Map<number, Form>()

  constructor(code: Code, lanes: Lanes, plan: FusedCode) {
    this.code = code
    this.lanes = lanes
    this.plan = plan
    this.full = (1 << lanes.width) - 1
    const { kernel, operandOf, schedule } = plan
    const operand = (buffer: number): number => operandOf.get(buffer) ?? 0
    for (const line of schedule.rows.concat(schedule.loops.flatMap(({ lines }) => lines))) {
      const own = this.line(line)
      if (own.op === 'load') {
        this.places.set(own, this.forms.ofAccess(own.access, operand(own.access.buffer), own.dtype))
      } else if (own.op === 'index') this.places.set(own, this.forms.ofIndex(own))
    }
    for (const store of kernel.stores) {
      const { dtype } = this.line(store.value)
      this.places.set(store, this.forms.ofAccess(store.access, operand(store.access.buffer), dtype))
    }
    this.placeSlots()
  }

  /** Where each kept line lies in the scratch: behind each other, each in the order of the loops. */
  private placeSlots(): void {
    const { layout, schedule, scratch } = this.plan
    const { width, slotBytes } = this.lanes
    const strides = layout.sizes.map(() => 0)
    let size = layout.along === 'kept' ? schedule.unroll * slotBytes : slotBytes
    strides[layout.vector] = slotBytes / width
    for (const axis of [...layout.nest].reverse()) {
      const count = layout.sizes[axis] ?? 1
      if (axis === layout.vector) size *= Math.ceil(count / width)
      else {
        strides[axis] = size
        size *= count
      }
    }
    for (const line of keptLines(schedule)) {
      const start = this.slots.size * size
      this.slots.set(line, this.forms.add({ operand: scratch, start, strides, local: true }))
    }
  }

  line(line: number): Instruction {
    const instruction = this.plan.kernel.body[line]
    if (instruction === undefined) throw new Error(`samkit: a kernel has no line ${line}; please report this`)
    return instruction
  }

  /** What a line or a store needs to know of its place. */
  formsOf(user: Instruction | Store): Form[] {
    const places = this.places.get(user)
    return places === undefined ? [] : [places.at, ...places.bounds.map(({ form }) => form)]
  }

  /** Where a kept line lies. */
  slotOf(line: number): Form {
    return this.slots.get(line) as Form
  }

  value(scope: Scope, line: number, k: number): Local {
    const values = scope.values.get(line)
    const value = values?.[values.length === 1 ? 0 : k]
    if (value === undefined) throw new Error(`samkit: line ${line} has no value yet; please report this`)
    return value
  }

  /** Computes lines in order. */
  compute(lines: readonly number[], scope: Scope, site: Site): void {
    const { uniform } = this.plan.schedule
    for (const line of lines) {
      const vectors = uniform[line] ? site.vectors.slice(0, 1) : site.vectors
      const readable = uniform[line] ? this.full : site.readable
      const values: Local[] = []
      for (const [k, u] of vectors.entries()) {
        values.push(this.code.let(this.computed(this.line(line), scope, k, u, readable)))
      }
      scope.values.set(line, values)
    }
  }

  private computed(line: Instruction, scope: Scope, k: number, u: number, readable: Int): Value {
    const { lanes } = this
    switch (line.op) {
      case 'constant':
        return lanes.constant(line.dtype, line.value)
      case 'index': {
        const { address, delta, stride } = this.where((this.places.get(line) as Places).at, scope, u)
        return lanes.progression(line.dtype, i32.add(address, delta), stride)
      }
      case 'load':
        return this.read(line, scope, u, readable)
      case 'apply': {
        const args = line.args.map((arg) => {
          const source = this.line(arg)
          const known = source.op === 'constant' ? { constant: source.value } : {}
          return { dtype: source.dtype, value: this.value(scope, arg, k), ...known }
        })
        return lanes.apply(line.name, line.dtype, args)
      }
      case 'reduce':
        throw new Error('samkit: a reduction is no line of a loop; please report this')
    }
  }

  private where(form: Form, scope: Scope, u: number): Where {
    const stride = form.strides[this.plan.layout.vector] ?? 0
    const { local, by } = standing(scope, form)
    return { address: local, delta: by + u * this.lanes.width * stride, stride }
  }

  private read(line: Load, scope: Scope, u: number, bits: Int): Value {
    const { code, lanes, full } = this
    const { dtype, access } = line
    const { at, bounds } = this.places.get(line) as Places
    const where = this.where(at, scope, u)
    const plain = (): Value =>
      bits === full ? lanes.load(dtype, where) : lanes.loadSome(dtype, where, bits, lanes.constant(dtype, 0))
    if (bounds.length === 0) return plain()
    const value = code.let(lanes.constant(dtype, access.fill ?? 0))
    const parts = bounds.map(({ form, size }) => ({ ...this.where(form, scope, u), size }))
    const byLane = lanes.width === 1 ? [] : parts.filter(({ stride }) => stride !== 0)
    const read = (): void => {
      if (byLane.length === 0) {
        code.set(value, plain())
        return
      }
      const found = byLane.map((part) =>
        lanes.within(i32.add(part.address, part.delta), part.stride, part.size),
      )
      const valid = code.let(both(bits === full ? found : [...found, i32.add(bits, 0)]))
      code.if(
        i32.eq(valid, full),
        () => code.set(value, lanes.load(dtype, where)),
        () => code.set(value, lanes.loadSome(dtype, where, valid, value)),
      )
    }
    const whole = parts.filter((part) => !byLane.includes(part))
    if (whole.length === 0) read()
    else code.if(both(whole.map((part) => i32.ltU(i32.add(part.address, part.delta), part.size))), read)
    return value
  }

  /** Writes what a store names. */
  write(store: Store, scope: Scope, k: number, u: number, bits: Int): void {
    const { lanes, code, full } = this
    const { dtype } = this.line(store.value)
    const value = this.value(scope, store.value, k)
    const where = this.where((this.places.get(store) as Places).at, scope, u)
    if (bits === full) code.run(lanes.store(dtype, where, value))
    else if (typeof bits === 'number') code.run(lanes.storeSome(dtype, where, bits, value))
    else {
      code.if(
        i32.eq(bits, full),
        () => code.run(lanes.store(dtype, where, value)),
        () => code.run(lanes.storeSome(dtype, where, bits, value)),
      )
    }
  }

  /** Fetches a kept line from the scratch. */
  fetch(line: number, scope: Scope, { vectors }: Site): void {
    const values = vectors.map((u) => {
      const { address, delta } = this.where(this.slotOf(line), scope, u)
      return this.code.let(this.lanes.fetch(this.line(line).dtype, address, delta))
    })
    scope.values.set(line, values)
  }

  /** Keeps a line in the scratch. */
  keep(line: number, scope: Scope, k: number, u: number): void {
    const { address, delta } = this.where(this.slotOf(line), scope, u)
    const value = this.value(scope, line, k)
    this.code.run(this.lanes.keep(this.line(line).dtype, address, delta, value))
  }
}

/** All conditions at once. */
function both(conditions: readonly Value<'i32'>[]): Value<'i32'> {
  return conditions.reduce((a, b) => i32.and(a, b))
}
