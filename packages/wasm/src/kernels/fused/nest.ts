import type { Instruction } from '@samkit/core/compiler'
import { type Code, i32, type Value } from '../../assembler/index.ts'
import type { Body, FusedCode } from './body.ts'
import type { Form } from './forms.ts'
import type { Accumulator, Lanes } from './lanes.ts'
import type { Loop } from './schedule.ts'
import { inside, type Scope, type Site, standing } from './scope.ts'

/** Up to this many places of the reduced axes are written out one by one. */
const flatLimit = 16

/** Writes a pass over the reduced axes. */
export class Nest {
  private readonly code: Code
  private readonly lanes: Lanes
  private readonly plan: FusedCode
  private readonly body: Body
  private readonly loop: Loop
  private readonly accumulators = new Map<number, readonly Accumulator[]>()

  constructor(code: Code, lanes: Lanes, plan: FusedCode, body: Body, loop: Loop) {
    this.code = code
    this.lanes = lanes
    this.plan = plan
    this.body = body
    this.loop = loop
  }

  /** Runs through all reduced places; afterwards the scope knows what they reduce to. */
  run(scope: Scope, site: Site): void {
    const { along, nest, sizes } = this.plan.layout
    const count = along === 'kept' ? site.vectors.length : this.vectorsAtOnce()
    for (const line of this.loop.reduces) {
      const { name, dtype } = this.reduce(line)
      const own = Array.from({ length: count }, () => this.lanes.accumulator(name, dtype))
      for (const one of own) one.reset()
      this.accumulators.set(line, own)
    }
    if (nest.every((axis) => sizes[axis] !== 0)) this.axis(0, inside(scope), site)
    for (const [line, own] of this.accumulators) {
      const results = along === 'kept' ? own.map((one) => one.value()) : [this.total(line, own)]
      scope.values.set(
        line,
        results.map((value) => this.code.let(value)),
      )
    }
  }

  /** The accumulators of a row in pairs, then its lanes. */
  private total(line: number, own: readonly Accumulator[]): Value {
    const { name, dtype } = this.reduce(line)
    for (let step = 1; step < own.length; step *= 2) {
      for (let i = 0; i + step < own.length; i += 2 * step) own[i]?.merge(own[i + step] as Accumulator)
    }
    return this.lanes.across(name, dtype, (own[0] as Accumulator).value())
  }

  private reduce(line: number): Extract<Instruction, { op: 'reduce' }> {
    return this.body.line(line) as Extract<Instruction, { op: 'reduce' }>
  }

  /** Vectors that one turn takes along a reduced axis. */
  private vectorsAtOnce(): number {
    const { sizes, vector } = this.plan.layout
    const whole = Math.floor((sizes[vector] ?? 1) / this.lanes.width)
    return Math.max(1, Math.min(this.loop.unroll, whole))
  }

  /** The loop over a reduced axis and those within. */
  private axis(depth: number, scope: Scope, site: Site): void {
    const { code } = this
    const { nest, sizes, vector } = this.plan.layout
    const axis = nest[depth]
    if (axis === undefined) {
      this.innermost(scope, site, 0)
      return
    }
    if (axis === vector) {
      this.alongRow(scope)
      return
    }
    const size = sizes[axis] ?? 1
    const level = this.plan.schedule.rowLevel + 1 + depth
    const last = depth === nest.length - 1
    const turn = (within: Scope): void => {
      if (!last) this.compute(level, within, site)
      this.axis(depth + 1, within, site)
    }
    const moving = this.moving(axis)
    if (size === 1 || this.isFlat(depth)) {
      for (let i = 0; i < size; i++) turn(this.shifted(scope, moving, axis, i))
      return
    }
    const own = this.copied(scope, moving)
    const left = code.let(i32.const(size))
    code.doWhile(
      () => {
        turn(inside(own))
        this.advance(own, moving, axis, 1)
        code.increase(left, -1)
      },
      () => left,
    )
  }

  /** Whether all places from an axis on are few enough to be written out. */
  private isFlat(depth: number): boolean {
    const { nest, sizes, vector } = this.plan.layout
    const rest = nest.slice(depth)
    return !rest.includes(vector) && rest.reduce((count, axis) => count * (sizes[axis] ?? 1), 1) <= flatLimit
  }

  /** The innermost axis of a row, a vector or several at a time. */
  private alongRow(scope: Scope): void {
    const { code, lanes, body } = this
    const { vector, sizes } = this.plan.layout
    const size = sizes[vector] ?? 1
    const whole = Math.floor(size / lanes.width)
    const count = this.vectorsAtOnce()
    const turns = Math.floor(whole / count)
    const one = (within: Scope, u: number, bits: number): void => {
      this.innermost(inside(within), { vectors: [u], readable: bits, bits }, u % count)
    }
    const moving = this.moving(vector)
    let own = scope
    let done = 0
    if (turns > 1) {
      own = this.copied(scope, moving)
      const left = code.let(i32.const(turns))
      code.doWhile(
        () => {
          for (let u = 0; u < count; u++) one(own, u, body.full)
          this.advance(own, moving, vector, count * lanes.width)
          code.increase(left, -1)
        },
        () => left,
      )
      done = turns * count
    }
    for (let u = done; u < whole; u++) one(own, u - done, body.full)
    const rest = size - whole * lanes.width
    if (rest > 0) one(own, whole - done, (1 << rest) - 1)
  }

  /** A place, or as many as lanes: lines, reductions, stores. `slot` is the first accumulator to use. */
  private innermost(scope: Scope, site: Site, slot: number): void {
    const { body, loop } = this
    for (const line of loop.fetched) body.fetch(line, scope, site)
    this.compute(this.plan.schedule.rowLevel + this.plan.layout.nest.length, scope, site)
    const bits = this.plan.layout.along === 'reduced' ? (site.bits as number) : body.full
    for (const [k, u] of site.vectors.entries()) {
      for (const [line, own] of this.accumulators) {
        own[slot + k]?.take(body.value(scope, this.reduce(line).arg, k), bits)
      }
      for (const line of loop.kept) body.keep(line, scope, k, u)
      for (const store of loop.stores) body.write(store, scope, k, u, site.bits)
    }
  }

  private compute(level: number, scope: Scope, site: Site): void {
    const { levels } = this.plan.schedule
    const lines = this.loop.lines.filter((line) => levels[line] === level)
    this.body.compute(lines, scope, site)
  }

  /** The forms that this loop uses and that move along an axis. */
  private moving(axis: number): Form[] {
    const { body, loop } = this
    const users = [...loop.lines.map((line) => body.line(line)), ...loop.stores]
    const slots = [...loop.fetched, ...loop.kept].map((line) => body.slotOf(line))
    const forms = new Set([...users.flatMap((user) => body.formsOf(user)), ...slots])
    return [...forms].filter(({ strides }) => strides[axis] !== 0)
  }

  /** A scope in which these forms are variables of their own. */
  private copied(scope: Scope, forms: readonly Form[]): Scope {
    const own = inside(scope)
    for (const form of forms) {
      const { local, by } = standing(scope, form)
      own.forms.set(form, { local: this.code.let(local), by })
    }
    return own
  }

  private shifted(scope: Scope, forms: readonly Form[], axis: number, steps: number): Scope {
    const own = inside(scope)
    for (const form of forms) {
      const { local, by } = standing(scope, form)
      own.forms.set(form, { local, by: by + steps * (form.strides[axis] ?? 0) })
    }
    return own
  }

  private advance(scope: Scope, forms: readonly Form[], axis: number, steps: number): void {
    for (const form of forms)
      this.code.increase(standing(scope, form).local, (form.strides[axis] ?? 0) * steps)
  }
}
