import type { Access } from './access.ts'
import { type Cuts, cutsOf, joinedCuts, sizesOf, strideList } from './cuts.ts'
import type { FusedKernel, Instruction, Store } from './kernel.ts'
import { mergeAxes } from './merge-axes.ts'
import { type Source, viewsOf } from './source.ts'
import { type FusedUnit, type Member, spread } from './unit.ts'
import { aligned, isContiguous, type View } from './view.ts'
import { keptCount, type Value } from './work.ts'

/** The kernel of a unit, with numbers of values where a kernel has numbers of buffers. Stores what `isStored` names. */
export function fusedKernel(
  unit: FusedUnit,
  values: readonly Value[],
  isStored: (value: number) => boolean,
): FusedKernel {
  const builder = new Builder(unit, values)
  for (const member of unit.members) builder.add(member, isStored(member.work.target.value))
  return mergeAxes(builder.kernel())
}

type Level = 'row' | 'element'

class Builder {
  private readonly unit: FusedUnit
  private readonly values: readonly Value[]
  /** The axes of the loop in the order of places, and which of them are reduced. */
  private readonly sizes: readonly number[]
  private readonly order: readonly number[]
  private readonly keptAxes: number
  private readonly rows: number
  private readonly body: Instruction[] = []
  private readonly stores: Store[] = []
  private readonly lines = new Map<string, number>()
  /** The line that computed a value of this unit. */
  private readonly computed = new Map<number, number>()

  constructor(unit: FusedUnit, values: readonly Value[]) {
    this.unit = unit
    this.values = values
    let cuts: Cuts | null = cutsOf(unit.segments)
    for (const view of viewsOfUnit(unit)) cuts &&= joinedCuts(cuts, cutsOf(view.factors))
    if (cuts === null)
      throw new Error('samkit: work was fused that does not fit one loop; please report this')
    this.sizes = sizesOf(unit.count, cuts)
    const reduced = reducedAxes(unit, this.sizes)
    this.order = [...this.sizes.keys()].sort((a, b) => Number(reduced[a]) - Number(reduced[b]) || a - b)
    this.keptAxes = reduced.filter((is) => !is).length
    this.rows = keptCount(unit.segments)
  }

  kernel(): FusedKernel {
    const sizes = this.order.map((axis) => this.sizes[axis] ?? 1)
    return {
      kind: 'fused',
      kept: sizes.slice(0, this.keptAxes),
      reduced: sizes.slice(this.keptAxes),
      body: this.body,
      stores: this.stores,
    }
  }

  add({ work, level }: Member, stored: boolean): void {
    const { value, view } = work.target
    let line: number
    let own = level
    if (work.kind === 'reduce') {
      const arg = this.atLevel(this.line(work.source, 'element'), 'element')
      line = this.push({ op: 'reduce', name: work.name, arg, dtype: work.dtype, level: 'row' })
      own = 'row'
    } else line = this.line(work.source, level)
    if (isContiguous(view, own === 'row' ? this.rows : this.unit.count)) this.computed.set(value, line)
    if (!stored) return
    const access = this.access(value, this.whole(view, own))
    this.stores.push({ value: this.atLevel(line, own), access })
  }

  /** The line of a source, read at a level. */
  private line(source: Source, level: Level): number {
    const flat = this.hasReduced() ? 'row' : 'element'
    switch (source.kind) {
      case 'constant':
        return this.push({ op: 'constant', value: source.value, dtype: source.dtype, level: flat })
      case 'index': {
        const { offset, strides } = this.access(-1, this.whole(source.view, level))
        return this.push({ op: 'index', offset, strides, dtype: source.dtype, level: this.levelOf(strides) })
      }
      case 'value': {
        const known = this.computed.get(source.value)
        if (known !== undefined) return known
        const access = this.access(source.value, this.whole(source.view, level))
        const all = [access.strides, ...(access.bounds ?? []).map(({ strides }) => strides)]
        const dtype = this.values[source.value]?.dtype ?? 'f32'
        const own = all.every((strides) => this.levelOf(strides) === 'row') ? 'row' : 'element'
        return this.push({ op: 'load', access, dtype, level: own })
      }
      case 'apply': {
        const args = source.args.map((arg) => this.line(arg, level))
        const own =
          this.hasReduced() && args.every((arg) => this.body[arg]?.level === 'row') ? 'row' : 'element'
        return this.push({ op: 'apply', name: source.name, args, dtype: source.dtype, level: own })
      }
    }
  }

  private hasReduced(): boolean {
    return this.keptAxes < this.order.length
  }

  private levelOf(strides: readonly number[]): Level {
    return this.hasReduced() && strides.slice(this.keptAxes).every((s) => s === 0) ? 'row' : 'element'
  }

  /** The same line, computed at a level that is asked for. */
  private atLevel(line: number, level: Level): number {
    const instruction = this.body[line]
    if (instruction === undefined || instruction.level === level || level === 'row') return line
    if (instruction.op === 'reduce')
      throw new Error('samkit: a row was to be stored as elements; please report this')
    return this.push({ ...instruction, level })
  }

  private push(instruction: Instruction): number {
    const key = keyOf(instruction)
    const known = this.lines.get(key)
    if (known !== undefined) return known
    const line = this.body.push(instruction) - 1
    this.lines.set(key, line)
    return line
  }

  /** The view as one of all places. */
  private whole(view: View, level: Level): View {
    const all = level === 'row' ? spread(view, this.unit.segments) : view
    if (all === null) throw new Error('samkit: rows were fused that do not fit one loop; please report this')
    return all
  }

  private access(buffer: number, view: View): Access {
    const groups = aligned(view.factors, this.sizes)
    if (groups === null) throw new Error('samkit: a view does not fit its loop; please report this')
    const ordered = this.order.map((axis) => groups[axis] ?? [])
    const access = { buffer, offset: view.offset, strides: strideList(ordered, ({ stride }) => stride) }
    if (view.bounds.length === 0) return access
    const bounds = view.bounds.map(({ offset, size }, i) => ({
      offset,
      size,
      strides: strideList(ordered, (factor) => factor.bounds[i] ?? 0),
    }))
    return { ...access, bounds, fill: view.fill }
  }
}

/** Every view of a unit's members, as one of all places. */
function viewsOfUnit(unit: FusedUnit): View[] {
  return unit.members.flatMap(({ work, level }) => {
    const onRows = (view: View): View[] => {
      const all = spread(view, unit.segments)
      return all === null ? [] : [all]
    }
    const read = viewsOf(work.source)
    const own = level === 'row' ? read.flatMap(onRows) : read
    const target = work.kind === 'reduce' || level === 'row' ? onRows(work.target.view) : [work.target.view]
    return [...own, ...target]
  })
}

/** For each axis of the loop whether it is reduced. */
function reducedAxes({ segments }: FusedUnit, sizes: readonly number[]): boolean[] {
  const out: boolean[] = []
  let axis = 0
  for (const segment of segments) {
    let left = segment.size
    while (left > 1) {
      out.push(segment.reduced)
      left /= sizes[axis++] ?? left
    }
  }
  return out
}

function keyOf(instruction: Instruction): string {
  const { op, dtype, level } = instruction
  switch (op) {
    case 'constant':
      return `c${Object.is(instruction.value, -0) ? '-0' : instruction.value}${dtype}${level}`
    case 'index':
      return `i${instruction.offset},${instruction.strides.join()}${dtype}${level}`
    case 'load': {
      const { buffer, offset, strides, bounds = [], fill } = instruction.access
      const limits = bounds.map((b) => `${b.offset},${b.size},${b.strides.join()}`).join(';')
      return `l${buffer}:${offset},${strides.join()}|${limits}|${Object.is(fill, -0) ? '-0' : fill}${level}`
    }
    case 'apply':
      return `${instruction.name}(${instruction.args.join()})${dtype}${level}`
    case 'reduce':
      return `${instruction.name}!${instruction.arg}`
  }
}
