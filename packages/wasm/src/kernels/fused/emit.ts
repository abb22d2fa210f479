import type { FusedKernel, Instruction, Store } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local, select, type Value } from '../../assembler/index.ts'
import { type Form, Forms, type Places } from './forms.ts'
import type { Accumulator, Lanes, Where } from './lanes.ts'
import type { Layout } from './layout.ts'
import type { Loop, Schedule } from './schedule.ts'

/** All that the code of a kernel is made from. */
export interface FusedCode {
  readonly kernel: FusedKernel
  readonly layout: Layout
  readonly schedule: Schedule
  /** Vectors computed together in the innermost loop over lanes. */
  readonly unroll: number
  /** The place of each buffer among the operands. */
  readonly operandOf: ReadonlyMap<number, number>
  /** The operand of the row's scratch. */
  readonly scratch: number
}

/** Values of lines, one for each vector computed together or one for all, and where the forms stand. */
interface Scope {
  readonly values: Map<number, readonly Local[]>
  readonly forms: Map<Form, Local<'i32'>>
}

/** The vectors that are computed now, counted from where the forms stand, and which of their lanes. */
interface Site {
  readonly vectors: readonly number[]
  readonly bits: Int
}

const inner = ({ values, forms }: Scope): Scope => ({ values: new Map(values), forms: new Map(forms) })

/** Writes the code of a kernel into a function of `(table, from, to)`. */
export class Emitter {
  private readonly code: Code
  private readonly lanes: Lanes
  private readonly plan: FusedCode
  private readonly forms = new Forms()
  private readonly places = new Map<Instruction | Store, Places>()
  private readonly slots = new Map<number, Form>()
  private readonly full: number
  private readonly deepest: number

  constructor(code: Code, lanes: Lanes, plan: FusedCode) {
    this.code = code
    this.lanes = lanes
    this.plan = plan
    this.full = (1 << lanes.width) - 1
    this.deepest = plan.schedule.rowLevel + plan.layout.nest.length
    const { kernel, operandOf, schedule } = plan
    for (const line of schedule.rows.concat(schedule.loops.flatMap(({ lines }) => lines))) {
      const instruction = this.line(line)
      if (instruction.op === 'load') {
        const operand = operandOf.get(instruction.access.buffer) ?? 0
        this.places.set(instruction, this.forms.ofAccess(instruction.access, operand, instruction.dtype))
      } else if (instruction.op === 'index') this.places.set(instruction, this.forms.ofIndex(instruction))
    }
    for (const store of kernel.stores) {
      const operand = operandOf.get(store.access.buffer) ?? 0
      this.places.set(store, this.forms.ofAccess(store.access, operand, this.line(store.value).dtype))
    }
    this.placeSlots()
  }

  /** Where each kept line lies in the scratch: behind each other, each in the order of the loops. */
  private placeSlots(): void {
    const { layout, schedule, unroll, scratch } = this.plan
    const { width, slotBytes } = this.lanes
    const strides = layout.sizes.map(() => 0)
    let size = layout.along === 'kept' ? unroll * slotBytes : slotBytes
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

  run(table: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>): void {
    const { code } = this
    const scope: Scope = { values: new Map(), forms: new Map() }
    const bases = new Map<number, Local<'i32'>>()
    for (const { operand } of this.forms.all) {
      if (operand !== null && !bases.has(operand)) bases.set(operand, code.let(i32.load(table, 4 * operand)))
    }
    for (const form of this.forms.all) {
      const base = form.operand === null ? undefined : bases.get(form.operand)
      if (base !== undefined && form.start === 0) scope.forms.set(form, base)
      else scope.forms.set(form, code.let(i32.add(base ?? 0, form.start)))
    }
    this.rowLines(scope, 0, 0, { vectors: [0], bits: this.full })
    if (this.plan.layout.along === 'reduced') this.rowByRow(scope, from, to)
    else this.rowsInLanes(scope, from, to)
  }

  /** One row after another, its lanes along a reduced axis. */
  private rowByRow(scope: Scope, from: Local<'i32'>, to: Local<'i32'>): void {
    const { code } = this
    const { outer } = this.plan.layout
    const site = { vectors: [0], bits: this.full }
    code.if(i32.ltS(from, to), () => {
      const indices = this.decompose(from, outer)
      code.doWhile(
        () => {
          const row = this.atRow(scope, indices)
          this.stagesOf(row, site, [1])
          for (const store of this.plan.schedule.rowStores) this.write(store, row, 0, 0, 1)
          this.carry(indices, outer)
          code.increase(from, 1)
        },
        () => i32.ltS(from, to),
      )
    })
  }

  /** Rows side by side in the lanes, as far as the innermost kept axis goes. */
  private rowsInLanes(scope: Scope, from: Local<'i32'>, to: Local<'i32'>): void {
    const { code, lanes } = this
    const { outer, vector, sizes } = this.plan.layout
    const { unroll } = this.plan
    const size = sizes[vector] ?? 1
    code.if(i32.ltS(from, to), () => {
      const indices = this.decompose(from, [...outer, vector])
      const j = indices.pop() ?? code.local('i32')
      const end = code.local('i32')
      code.doWhile(
        () => {
          const left = code.let(i32.add(j, i32.sub(to, from)))
          code.set(end, select(i32.ltS(left, size), left, i32.const(size)))
          code.increase(from, i32.sub(end, j))
          const row = this.atRow(scope, indices)
          this.rowLines(row, 1, 0, { vectors: [0], bits: this.full })
          const block = inner(row)
          for (const form of this.moving(vector)) {
            const start = row.forms.get(form) as Local<'i32'>
            const stride = form.strides[vector] ?? 0
            block.forms.set(form, code.let(form.local ? start : i32.add(start, i32.mul(j, stride))))
          }
          const step = (count: number, bits: Int): void => {
            const vectors = Array.from({ length: count }, (_, u) => u)
            this.block(inner(block), { vectors, bits })
            this.advance(block, vector, count * lanes.width)
          }
          const turn = (count: number): void => {
            const reach = count * lanes.width
            if (reach > size) return
            code.while(
              () => i32.leS(i32.add(j, reach), end),
              () => {
                step(count, this.full)
                code.increase(j, reach)
              },
            )
          }
          if (unroll > 1) turn(unroll)
          turn(1)
          if (lanes.width > 1) {
            code.if(i32.ltS(j, end), () => {
              const bits = code.let(i32.sub(i32.shl(1, i32.sub(end, j)), 1))
              step(1, bits)
            })
          }
          code.set(j, i32.const(0))
          this.carry(indices, outer)
        },
        () => i32.ltS(from, to),
      )
    })
  }

  private block(scope: Scope, site: Site): void {
    this.stagesOf(scope, site, [2])
    for (const store of this.plan.schedule.rowStores) {
      for (const [k, u] of site.vectors.entries()) this.write(store, scope, k, u, site.bits)
    }
  }

  /** The loops of a row, with what rows compute before, between and after them. */
  private stagesOf(scope: Scope, site: Site, levels: readonly number[]): void {
    const { loops } = this.plan.schedule
    for (let stage = 0; stage <= loops.length; stage++) {
      for (const level of levels) this.rowLines(scope, level, stage, site)
      const loop = loops[stage]
      if (loop !== undefined) this.loop(loop, scope, site)
    }
  }

  /** The indices of an iteration on these axes. */
  private decompose(from: Local<'i32'>, axes: readonly number[]): Local<'i32'>[] {
    const { code } = this
    const rest = code.let(from)
    const indices: Local<'i32'>[] = []
    for (const [i, axis] of [...axes.entries()].reverse()) {
      const size = this.plan.layout.sizes[axis] ?? 1
      indices[i] = code.let(i === 0 ? rest : i32.remU(rest, size))
      if (i > 0) code.set(rest, i32.divU(rest, size))
    }
    return indices
  }

  /** The next indices. */
  private carry(indices: readonly Local<'i32'>[], axes: readonly number[]): void {
    const { code } = this
    const step = (i: number): void => {
      const index = indices[i]
      if (index === undefined) return
      code.increase(index, 1)
      if (i === 0) return
      code.if(i32.geS(index, this.plan.layout.sizes[axes[i] ?? 0] ?? 1), () => {
        code.set(index, i32.const(0))
        step(i - 1)
      })
    }
    step(indices.length - 1)
  }

  private atRow(scope: Scope, indices: readonly Local<'i32'>[]): Scope {
    const row = inner(scope)
    const { outer } = this.plan.layout
    for (const form of this.forms.all) {
      let value: Value<'i32'> | undefined
      for (const [i, axis] of outer.entries()) {
        const stride = form.strides[axis] ?? 0
        if (stride === 0) continue
        value = i32.add(value ?? (scope.forms.get(form) as Local<'i32'>), i32.mul(indices[i] ?? 0, stride))
      }
      if (value !== undefined) row.forms.set(form, this.code.let(value))
    }
    return row
  }

  private moving(axis: number): Form[] {
    return this.forms.all.filter(({ strides }) => strides[axis] !== 0)
  }

  private advance(
    scope: Scope,
    axis: number,
    steps: number,
    forms: readonly Form[] = this.moving(axis),
  ): void {
    for (const form of forms) {
      if (form.local && axis === this.plan.layout.vector && this.plan.layout.along === 'kept') continue
      const by = (form.strides[axis] ?? 0) * steps
      this.code.increase(scope.forms.get(form) as Local<'i32'>, by)
    }
  }

  /** Computes what rows need at a level from a stage on. */
  private rowLines(scope: Scope, level: number, stage: number, site: Site): void {
    const { rows, levels, stages } = this.plan.schedule
    const now = rows.filter((line) => levels[line] === level && stages[line] === stage)
    this.compute(now, scope, site)
  }

  /** A pass over the reduced axes. */
  private loop(loop: Loop, scope: Scope, site: Site): void {
    const { along, nest, sizes } = this.plan.layout
    const accumulators = new Map<number, Accumulator[]>()
    const count = along === 'kept' ? site.vectors.length : this.vectorsAtOnce()
    for (const reduce of loop.reduces) {
      const { dtype, name } = this.reduce(reduce)
      const own = Array.from({ length: count }, () => this.lanes.accumulator(name, dtype))
      for (const one of own) one.reset()
      accumulators.set(reduce, own)
    }
    if (nest.every((axis) => sizes[axis] !== 0)) this.nest(0, loop, inner(scope), site, accumulators)
    for (const [reduce, own] of accumulators) {
      const { dtype, name } = this.reduce(reduce)
      if (along === 'kept') {
        scope.values.set(
          reduce,
          own.map((one) => this.code.let(one.value())),
        )
        continue
      }
      for (let step = 1; step < own.length; step *= 2) {
        for (let i = 0; i + step < own.length; i += 2 * step) own[i]?.merge(own[i + step] as Accumulator)
      }
      const total = this.lanes.across(name, dtype, (own[0] as Accumulator).value())
      scope.values.set(reduce, [this.code.let(total)])
    }
  }

  private reduce(line: number): Extract<Instruction, { op: 'reduce' }> {
    return this.line(line) as Extract<Instruction, { op: 'reduce' }>
  }

  private line(line: number): Instruction {
    const instruction = this.plan.kernel.body[line]
    if (instruction === undefined) throw new Error(`samkit: a kernel has no line ${line}; please report this`)
    return instruction
  }

  /** Vectors of the vector axis that one turn takes, when that is reduced. */
  private vectorsAtOnce(): number {
    const { layout, unroll } = this.plan
    const whole = Math.floor((layout.sizes[layout.vector] ?? 1) / this.lanes.width)
    return Math.max(1, Math.min(unroll, whole))
  }

  private nest(
    depth: number,
    loop: Loop,
    scope: Scope,
    site: Site,
    accumulators: ReadonlyMap<number, readonly Accumulator[]>,
  ): void {
    const { code } = this
    const { nest, sizes, vector } = this.plan.layout
    const axis = nest[depth]
    if (axis === undefined) {
      this.innermost(loop, scope, site, 0, accumulators)
      return
    }
    if (axis === vector) {
      this.alongRow(loop, scope, accumulators)
      return
    }
    const size = sizes[axis] ?? 1
    const level = this.plan.schedule.rowLevel + 1 + depth
    const body = (within: Scope): void => {
      if (level < this.deepest) this.deepLines(loop, level, within, site)
      this.nest(depth + 1, loop, within, site, accumulators)
    }
    if (size === 1) {
      body(inner(scope))
      return
    }
    const moved = this.used(loop, axis)
    const turn = inner(scope)
    for (const form of moved) turn.forms.set(form, code.let(scope.forms.get(form) as Local<'i32'>))
    const left = code.let(i32.const(size))
    code.doWhile(
      () => {
        body(inner(turn))
        this.advance(turn, axis, 1, moved)
        code.increase(left, -1)
      },
      () => left,
    )
  }

  /** The innermost axis of a row, a vector or several at a time. */
  private alongRow(
    loop: Loop,
    scope: Scope,
    accumulators: ReadonlyMap<number, readonly Accumulator[]>,
  ): void {
    const { code, lanes } = this
    const { vector, sizes } = this.plan.layout
    const size = sizes[vector] ?? 1
    const whole = Math.floor(size / lanes.width)
    const count = this.vectorsAtOnce()
    const turns = Math.floor(whole / count)
    const one = (within: Scope, u: number, bits: number, slot: number): void =>
      this.innermost(loop, inner(within), { vectors: [u], bits }, slot, accumulators)
    const moved = this.used(loop, vector)
    const turn = inner(scope)
    let done = 0
    if (turns > 1) {
      for (const form of moved) turn.forms.set(form, code.let(scope.forms.get(form) as Local<'i32'>))
      const left = code.let(i32.const(turns))
      code.doWhile(
        () => {
          for (let u = 0; u < count; u++) one(turn, u, this.full, u)
          this.advance(turn, vector, count * lanes.width, moved)
          code.increase(left, -1)
        },
        () => left,
      )
      done = turns * count
    }
    for (let u = done; u < whole; u++) one(turn, u - done, this.full, (u - done) % count)
    const rest = size - whole * lanes.width
    if (rest > 0) one(turn, whole - done, (1 << rest) - 1, (whole - done) % count)
  }

  /** The forms that a loop uses and that move along an axis. */
  private used(loop: Loop, axis: number): Form[] {
    const places = [...loop.lines.map((line) => this.line(line)), ...loop.stores].flatMap(
      (user) => this.places.get(user) ?? [],
    )
    const forms = new Set(places.flatMap(({ at, bounds }) => [at, ...bounds.map(({ form }) => form)]))
    for (const line of [...loop.fetched, ...loop.kept]) forms.add(this.slots.get(line) as Form)
    return [...forms].filter(({ strides }) => strides[axis] !== 0)
  }

  private deepLines(loop: Loop, level: number, scope: Scope, site: Site): void {
    const { levels } = this.plan.schedule
    this.compute(
      loop.lines.filter((line) => levels[line] === level),
      scope,
      site,
    )
  }

  /** A place, or as many as lanes: lines, reductions, stores. `slot` is the first accumulator to use. */
  private innermost(
    loop: Loop,
    scope: Scope,
    site: Site,
    slot: number,
    accumulators: ReadonlyMap<number, readonly Accumulator[]>,
  ): void {
    const { code, lanes } = this
    for (const line of loop.fetched) {
      const form = this.slots.get(line) as Form
      const { dtype } = this.line(line)
      scope.values.set(
        line,
        site.vectors.map((u) => {
          const { address, delta } = this.where(form, scope, u)
          return code.let(lanes.fetch(dtype, address, delta))
        }),
      )
    }
    this.deepLines(loop, this.deepest, scope, site)
    for (const [k, u] of site.vectors.entries()) {
      for (const [reduce, own] of accumulators) {
        const bits = typeof site.bits === 'number' ? site.bits : this.full
        own[slot + k]?.take(this.value(scope, this.reduce(reduce).arg, k), bits)
      }
      for (const line of loop.kept) {
        const { address, delta } = this.where(this.slots.get(line) as Form, scope, u)
        code.run(lanes.keep(this.line(line).dtype, address, delta, this.value(scope, line, k)))
      }
      for (const store of loop.stores) this.write(store, scope, k, u, site.bits)
    }
  }

  private value(scope: Scope, line: number, k: number): Local {
    const values = scope.values.get(line)
    const value = values?.[values.length === 1 ? 0 : k]
    if (value === undefined)
      throw new Error(`samkit: line ${line} is used before it is computed; please report this`)
    return value
  }

  private where(form: Form, scope: Scope, u: number): Where {
    const stride = form.strides[this.plan.layout.vector] ?? 0
    const address = scope.forms.get(form) as Local<'i32'>
    return { address, delta: u * this.lanes.width * stride, stride }
  }

  private compute(lines: readonly number[], scope: Scope, site: Site): void {
    const { uniform } = this.plan.schedule
    for (const line of lines) {
      const vectors = uniform[line] ? site.vectors.slice(0, 1) : site.vectors
      const values: Local[] = []
      for (const [k, u] of vectors.entries()) {
        values.push(this.code.let(this.computed(line, scope, k, u, site.bits)))
      }
      scope.values.set(line, values)
    }
  }

  private computed(line: number, scope: Scope, k: number, u: number, bits: Int): Value {
    const { lanes } = this
    const instruction = this.line(line)
    const { dtype } = instruction
    switch (instruction.op) {
      case 'constant':
        return lanes.constant(dtype, instruction.value)
      case 'index': {
        const { at } = this.places.get(instruction) as Places
        const { address, delta, stride } = this.where(at, scope, u)
        return lanes.progression(dtype, i32.add(address, delta), stride)
      }
      case 'load':
        return this.read(instruction, scope, u, this.plan.schedule.uniform[line] ? this.full : bits)
      case 'apply': {
        const args = instruction.args.map((arg) => {
          const source = this.line(arg)
          return {
            dtype: source.dtype,
            value: this.value(scope, arg, k),
            ...(source.op === 'constant' && { constant: source.value }),
          }
        })
        return lanes.apply(instruction.name, dtype, args)
      }
      case 'reduce':
        throw new Error('samkit: a reduction is no line of a loop; please report this')
    }
  }

  private read(line: Extract<Instruction, { op: 'load' }>, scope: Scope, u: number, bits: Int): Value {
    const { code, lanes } = this
    const { dtype, access } = line
    const { at, bounds } = this.places.get(line) as Places
    const where = this.where(at, scope, u)
    const isFull = typeof bits === 'number' && bits === this.full
    const plain = (): Value =>
      isFull ? lanes.load(dtype, where) : lanes.loadSome(dtype, where, bits, lanes.constant(dtype, 0))
    if (bounds.length === 0) return plain()
    const value = code.local(lanes.typeOf(dtype))
    const fill = lanes.constant(dtype, access.fill ?? 0)
    code.set(value, fill)
    const parts = bounds.map(({ form, size }) => ({ place: this.where(form, scope, u), size }))
    const byLane = lanes.width === 1 ? [] : parts.filter(({ place }) => place.stride !== 0)
    const whole = parts.filter((part) => !byLane.includes(part))
    const inside = whole.map(({ place, size }) => i32.ltU(i32.add(place.address, place.delta), size))
    const all = (conditions: readonly Value<'i32'>[]): Value<'i32'> | undefined =>
      conditions.reduce<Value<'i32'> | undefined>((a, b) => (a === undefined ? b : i32.and(a, b)), undefined)
    const someLanes = (): void => {
      const found = byLane.map(({ place, size }) =>
        lanes.within(i32.add(place.address, place.delta), place.stride, size),
      )
      const valid = code.let(all(isFull ? found : [...found, i32.add(bits, 0)]) ?? i32.const(this.full))
      code.if(
        i32.eq(valid, this.full),
        () => code.set(value, lanes.load(dtype, where)),
        () => code.set(value, lanes.loadSome(dtype, where, valid, value)),
      )
    }
    const read = byLane.length === 0 ? () => code.set(value, plain()) : someLanes
    const condition = all(inside)
    if (condition === undefined) read()
    else code.if(condition, read)
    return value
  }

  private write(store: Store, scope: Scope, k: number, u: number, bits: Int): void {
    const { lanes, code } = this
    const { at } = this.places.get(store) as Places
    const { dtype } = this.line(store.value)
    const value = this.value(scope, store.value, k)
    const where = this.where(at, scope, u)
    const isFull = typeof bits === 'number' && bits === this.full
    code.run(isFull ? lanes.store(dtype, where, value) : lanes.storeSome(dtype, where, bits, value))
  }
}

/** The lines that any loop keeps. */
export function keptLines({ loops }: Schedule): number[] {
  return [...new Set(loops.flatMap(({ kept }) => kept))]
}
