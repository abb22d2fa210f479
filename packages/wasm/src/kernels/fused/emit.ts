import { type Code, i32, type Local, select, type Value } from '../../assembler/index.ts'
import { Body, type FusedCode } from './body.ts'
import type { Lanes } from './lanes.ts'
import { Nest } from './nest.ts'
import { inside, type Scope, type Site, standing } from './scope.ts'

/** Writes the code of a kernel into a function of `(table, from, to)`: the loop over its kept axes. */
export class Emitter {
  private readonly code: Code
  private readonly lanes: Lanes
  private readonly plan: FusedCode
  private readonly body: Body

  constructor(code: Code, lanes: Lanes, plan: FusedCode) {
    this.code = code
    this.lanes = lanes
    this.plan = plan
    this.body = new Body(code, lanes, plan)
  }

  run(table: Local<'i32'>, from: Local<'i32'>, to: Local<'i32'>): void {
    const scope = this.start(table)
    const { along } = this.plan.layout
    this.code.if(i32.ltS(from, to), () => {
      if (along === 'reduced') this.rowByRow(scope, from, to)
      else this.rowsInLanes(scope, from, to)
    })
  }

  /** What is the same for all rows. */
  private start(table: Local<'i32'>): Scope {
    const { code } = this
    const { all } = this.body.forms
    const scope: Scope = { values: new Map(), forms: new Map() }
    const bases = new Map<number, Local<'i32'>>()
    for (const form of all) {
      if (form.operand === null) {
        scope.forms.set(form, { local: code.let(i32.const(form.start)), by: 0 })
        continue
      }
      const base = bases.get(form.operand) ?? code.let(i32.load(table, 4 * form.operand))
      bases.set(form.operand, base)
      const local = form.start === 0 ? base : code.let(i32.add(base, form.start))
      scope.forms.set(form, { local, by: 0 })
    }
    this.rowLines(scope, 0, 0, this.oneVector())
    return scope
  }

  private oneVector(): Site {
    return { vectors: [0], readable: this.body.full, bits: this.body.full }
  }

  /** One row after another, its lanes along a reduced axis. */
  private rowByRow(scope: Scope, from: Local<'i32'>, to: Local<'i32'>): void {
    const { code } = this
    const { outer } = this.plan.layout
    const indices = this.decompose(from, outer)
    code.doWhile(
      () => {
        const row = this.atRow(scope, indices)
        this.stages(row, 1, this.oneVector())
        for (const store of this.plan.schedule.rowStores) this.body.write(store, row, 0, 0, 1)
        this.carry(indices, outer)
        code.increase(from, 1)
      },
      () => i32.ltS(from, to),
    )
  }

  /** Rows side by side in the lanes, as far as the innermost kept axis goes. */
  private rowsInLanes(scope: Scope, from: Local<'i32'>, to: Local<'i32'>): void {
    const { code } = this
    const { outer, vector, sizes } = this.plan.layout
    const size = sizes[vector] ?? 1
    const indices = this.decompose(from, [...outer, vector])
    const j = indices.pop() as Local<'i32'>
    code.doWhile(
      () => {
        const left = code.let(i32.add(j, i32.sub(to, from)))
        const end = code.let(select(i32.ltS(left, size), left, i32.const(size)))
        code.increase(from, i32.sub(end, j))
        const row = this.atRow(scope, indices)
        this.rowLines(row, 1, 0, this.oneVector())
        this.blocks(row, j, end)
        code.set(j, i32.const(0))
        this.carry(indices, outer)
      },
      () => i32.ltS(from, to),
    )
  }

  /** Blocks of lanes from `j` up to `end`. */
  private blocks(row: Scope, j: Local<'i32'>, end: Local<'i32'>): void {
    const { code, lanes, body } = this
    const { vector, sizes } = this.plan.layout
    const { width } = lanes
    const size = sizes[vector] ?? 1
    const place = inside(row)
    const moving = body.forms.all.filter(({ strides, local }) => strides[vector] !== 0 && !local)
    for (const form of moving) {
      const start = standing(row, form).local
      place.forms.set(form, { local: code.let(i32.add(start, i32.mul(j, form.strides[vector] ?? 0))), by: 0 })
    }
    const move = (by: Value<'i32'> | number): void => {
      for (const form of moving) {
        const stride = form.strides[vector] ?? 0
        code.increase(standing(place, form).local, typeof by === 'number' ? by * stride : i32.mul(by, stride))
      }
      code.increase(j, by)
    }
    const whole = (count: number): void => {
      const reach = count * width
      if (reach > size) return
      code.while(
        () => i32.leS(i32.add(j, reach), end),
        () => {
          const vectors = Array.from({ length: count }, (_, u) => u)
          this.block(inside(place), { vectors, readable: body.full, bits: body.full })
          move(reach)
        },
      )
    }
    const { unroll } = this.plan.schedule
    // What follows calls functions, which would cost the loop over whole blocks its registers.
    whole(width === 1 ? 1 : unroll)
    if (width === 1) return
    code.while(
      () => i32.ltS(j, end),
      () => {
        const count = code.let(i32.sub(end, j))
        code.set(count, select(i32.ltS(count, width), count, i32.const(width)))
        const bits = code.let(i32.sub(i32.shl(1, count), 1))
        if (size >= width) {
          // What is left is less than a vector: read the row's last whole vector, of which these lanes count.
          const back = code.let(i32.sub(j, size - width))
          code.if(i32.gtS(back, 0), () => {
            code.set(bits, i32.shl(bits, back))
            move(i32.sub(0, back))
            code.set(count, i32.const(width))
          })
        }
        this.block(inside(place), { vectors: [0], readable: size >= width ? body.full : bits, bits })
        move(count)
      },
    )
  }

  private block(scope: Scope, site: Site): void {
    this.stages(scope, 2, site)
    for (const store of this.plan.schedule.rowStores) {
      for (const [k, u] of site.vectors.entries()) this.body.write(store, scope, k, u, site.bits)
    }
  }

  /** The passes over the reduced axes, with what rows compute before, between and after them. */
  private stages(scope: Scope, level: number, site: Site): void {
    const { loops } = this.plan.schedule
    for (let stage = 0; stage <= loops.length; stage++) {
      this.rowLines(scope, level, stage, site)
      const loop = loops[stage]
      if (loop !== undefined) new Nest(this.code, this.lanes, this.plan, this.body, loop).run(scope, site)
    }
  }

  /** Computes what rows need at a level from a stage on. */
  private rowLines(scope: Scope, level: number, stage: number, site: Site): void {
    const { rows, levels, stages } = this.plan.schedule
    const now = rows.filter((line) => levels[line] === level && stages[line] === stage)
    this.body.compute(now, scope, site)
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

  /** The scope of a row at these indices of the outer axes. */
  private atRow(scope: Scope, indices: readonly Local<'i32'>[]): Scope {
    const row = inside(scope)
    for (const form of this.body.forms.all) {
      let value: Value<'i32'> = standing(scope, form).local
      for (const [i, axis] of this.plan.layout.outer.entries()) {
        const stride = form.strides[axis] ?? 0
        if (stride !== 0) value = i32.add(value, i32.mul(indices[i] ?? 0, stride))
      }
      if (value !== standing(scope, form).local) row.forms.set(form, { local: this.code.let(value), by: 0 })
    }
    return row
  }
}
