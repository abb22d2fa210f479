import { bytesPerElement } from '../../graph/dtype.ts'
import { type Cuts, cutsOf, joinedCuts } from './cuts.ts'
import { type Source, type ValueSource, valuesOf, viewsOf, weightOf } from './source.ts'
import { type FusedUnit, type Member, spread, type Unit, workOf } from './unit.ts'
import { isContiguous } from './view.ts'
import { type MapWork, needsOf, type Resolved, type Value } from './work.ts'

/** The most operations that are done again rather than kept. */
const mostWeight = 5

/** What costs little more than reading its operands. */
const cheap = new Set([
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'abs',
  'where',
  'eq',
  'lt',
  'le',
  'and',
  'or',
  'not',
  'maximum',
  'minimum',
  'cast',
])

/** A value this many times smaller than what is computed from it costs nothing to keep. */
const smallShare = 8

interface Candidate {
  readonly work: MapWork
  /** The formula, down to what lies in memory. */
  readonly source: Source
  /** The one value of full size that it is computed from, if any. */
  readonly root: number | null
}

/**
 * Computes again what is cheap instead of keeping it: a value that one kernel leaves for later ones, and that is a few
 * operations away from another value that is there anyway, is not stored; the later kernels work it out from that. The
 * backward pass of a layer norm reads the layer's input, a mean and a deviation for each row, instead of two more values
 * as large as the input.
 */
export function recomputeCheap(units: readonly Unit[], { values, outputs, inputCount }: Resolved): Unit[] {
  const uses = new Uses(units, values, outputs)
  const candidates = uses.candidates()
  const byRoot = new Map<number | null, Candidate[]>()
  for (const candidate of candidates) {
    const list = byRoot.get(candidate.root)
    if (list === undefined) byRoot.set(candidate.root, [candidate])
    else list.push(candidate)
  }
  const replaced = new Map<number, Source>()
  // Values that formulas read: they stay.
  const needed = new Set<number>()
  for (const [root, list] of byRoot) {
    const kept = list.reduce((sum, { work }) => sum + uses.bytes(work.target.value), 0)
    const last = Math.max(...list.map(({ work }) => uses.lastReader(work.target.value)))
    const isThere = root === null || root < inputCount || uses.lastReader(root) >= last
    if (!isThere && kept < uses.bytes(root)) continue
    for (const { work, source } of list) {
      const { value } = work.target
      const whole = inlined(source, replaced)
      if (needed.has(value) || weightOf(whole) > mostWeight || !uses.fits(value, whole)) continue
      replaced.set(value, whole)
      for (const leaf of valuesOf(whole)) needed.add(leaf.value)
    }
  }
  return replaced.size === 0 ? [...units] : uses.rewritten(replaced)
}

/** The source with formulas in the place of values that are not kept; all who read those read them in place. */
function inlined(source: Source, replaced: ReadonlyMap<number, Source>): Source {
  if (source.kind === 'value') return replaced.get(source.value) ?? source
  return source.kind === 'apply'
    ? { ...source, args: source.args.map((arg) => inlined(arg, replaced)) }
    : source
}

class Uses {
  private readonly units: readonly Unit[]
  private readonly values: readonly Value[]
  private readonly outputs: ReadonlySet<number>
  /** The units that write a value. */
  private readonly makers = new Map<number, number[]>()
  /** The units that read a value, in order. */
  private readonly readers = new Map<number, number[]>()
  private readonly cuts: (Cuts | null)[] = []

  constructor(units: readonly Unit[], values: readonly Value[], outputs: readonly number[]) {
    this.units = units
    this.values = values
    this.outputs = new Set(outputs)
    const add = (to: Map<number, number[]>, value: number, unit: number): void => {
      const list = to.get(value)
      if (list === undefined) to.set(value, [unit])
      else if (list.at(-1) !== unit) list.push(unit)
    }
    for (const [i, unit] of units.entries()) {
      for (const work of workOf(unit)) {
        add(this.makers, work.target.value, i)
        for (const value of needsOf(work)) add(this.readers, value, i)
      }
    }
  }

  bytes(value: number): number {
    const { dtype = 'f32', count = 0 } = this.values[value] ?? {}
    return count * bytesPerElement(dtype)
  }

  lastReader(value: number): number {
    return this.outputs.has(value) ? this.units.length : (this.readers.get(value)?.at(-1) ?? -1)
  }

  /** Values that are stored for later kernels alone, and are cheap to compute again. */
  candidates(): Candidate[] {
    return this.units.flatMap((unit, i) => {
      if (unit.kind !== 'fused') return []
      const isLeft = ({ work }: Member): boolean => this.isLeftForLater(work.target.value, i, unit.count)
      if (!unit.members.some(isLeft)) return []
      const sources = new Map<number, Source>()
      return unit.members.flatMap(({ work, level }): Candidate[] => {
        const { value } = work.target
        if (work.kind !== 'map' || level === 'row' || this.makers.get(value)?.length !== 1) return []
        if (!isContiguous(work.target.view, unit.count)) return []
        const source = this.expanded(work.source, sources, unit)
        if (source === null) return []
        const roots = new Set(
          valuesOf(source).flatMap((leaf) => (this.isLarge(leaf, unit.count) ? [leaf.value] : [])),
        )
        if (roots.size > 1 || weightOf(source) > mostWeight) return []
        const [root = null] = roots
        const isCandidate = this.isLeftForLater(value, i, unit.count)
        // What other kernels need in any case is read, all else is computed.
        if (isCandidate || !this.isStored(value)) sources.set(value, source)
        return isCandidate ? [{ work, source, root }] : []
      })
    })
  }

  /** The source over what lies in memory, or null where something in it is not cheap. */
  private expanded(source: Source, known: ReadonlyMap<number, Source>, unit: FusedUnit): Source | null {
    if (source.kind === 'value') {
      const own = known.get(source.value)
      if (source.after.length > 0 || source.view.bounds.length > 0) return null
      if (own !== undefined && isContiguous(source.view, unit.count)) return own
      return this.isLarge(source, unit.count) && !this.isStored(source.value) ? null : source
    }
    if (source.kind !== 'apply') return source
    if (!cheap.has(source.name)) return null
    const args: Source[] = []
    for (const arg of source.args) {
      const next = this.expanded(arg, known, unit)
      if (next === null) return null
      args.push(next)
    }
    return { ...source, args }
  }

  private isLarge({ value }: ValueSource, count: number): boolean {
    return (this.values[value]?.count ?? 0) * smallShare > count
  }

  /** Whether a value is in memory when its kernel is done. */
  private isStored(value: number): boolean {
    const made = this.makers.get(value)
    if (made === undefined || this.outputs.has(value)) return true
    return made.length > 1 || (this.readers.get(value) ?? []).some((reader) => reader !== made[0])
  }

  private isLeftForLater(value: number, unit: number, count: number): boolean {
    if (this.outputs.has(value)) return false
    const later = (this.readers.get(value) ?? []).filter((reader) => reader !== unit)
    return (
      later.length > 0 &&
      later.length <= 4 &&
      later.every((reader) => {
        const other = this.units[reader]
        return other?.kind === 'fused' && other.count === count && readsInPlace(other, value, count)
      })
    )
  }

  /** Whether every kernel that reads the value can have the formula in its loop. */
  fits(value: number, source: Source): boolean {
    const [own] = this.makers.get(value) ?? []
    const later = (this.readers.get(value) ?? []).filter((reader) => reader !== own)
    const found = later.map((reader): readonly [number, Cuts | null] => {
      let cuts = this.cutsOf(reader)
      for (const view of viewsOf(source)) cuts = cuts && joinedCuts(cuts, cutsOf(view.factors))
      return [reader, cuts]
    })
    if (found.some(([, cuts]) => cuts === null)) return false
    for (const [reader, cuts] of found) this.cuts[reader] = cuts
    return true
  }

  private cutsOf(reader: number): Cuts | null {
    const known = this.cuts[reader]
    const unit = this.units[reader]
    if (known !== undefined || unit?.kind !== 'fused') return known ?? null
    let cuts: Cuts | null = cutsOf(unit.segments)
    for (const { work, level } of unit.members) {
      const rows = level === 'row'
      for (const view of viewsOf(work.source)) {
        const whole = rows ? spread(view, unit.segments) : view
        cuts = cuts && whole && joinedCuts(cuts, cutsOf(whole.factors))
      }
      const target =
        rows || work.kind === 'reduce' ? spread(work.target.view, unit.segments) : work.target.view
      cuts = cuts && target && joinedCuts(cuts, cutsOf(target.factors))
    }
    this.cuts[reader] = cuts
    return cuts
  }

  /** The units with formulas in the place of values. */
  rewritten(replaced: ReadonlyMap<number, Source>): Unit[] {
    return this.units.flatMap((unit, i): Unit[] => {
      if (unit.kind !== 'fused') return [unit]
      const members = unit.members.map((member): Member => {
        const { work } = member
        const reads = valuesOf(work.source).some(
          ({ value }) => replaced.has(value) && this.makers.get(value)?.[0] !== i,
        )
        if (!reads) return member
        const source = this.substituted(work.source, replaced, i)
        return { ...member, work: { ...work, source } }
      })
      const alive = this.withoutDead(members, replaced)
      return alive.length === 0 ? [] : [{ ...unit, members: alive }]
    })
  }

  private substituted(source: Source, replaced: ReadonlyMap<number, Source>, unit: number): Source {
    if (source.kind === 'value') {
      const formula = replaced.get(source.value)
      if (formula === undefined || this.makers.get(source.value)?.[0] === unit) return source
      return formula
    }
    if (source.kind !== 'apply') return source
    return { ...source, args: source.args.map((arg) => this.substituted(arg, replaced, unit)) }
  }

  /** The members that something needs: those that computed a value only for later kernels may go. */
  private withoutDead(members: readonly Member[], replaced: ReadonlyMap<number, Source>): Member[] {
    const used = new Set<number>()
    const alive: Member[] = []
    for (const member of [...members].reverse()) {
      const { value } = member.work.target
      if (replaced.has(value) && !used.has(value)) continue
      for (const need of needsOf(member.work)) used.add(need)
      alive.push(member)
    }
    return alive.reverse()
  }
}

function readsInPlace(unit: FusedUnit, value: number, count: number): boolean {
  return unit.members.every(({ work, level }) => {
    const leaves = valuesOf(work.source).filter((leaf) => leaf.value === value)
    if (work.after.includes(value) || valuesOf(work.source).some(({ after }) => after.includes(value)))
      return false
    return leaves.every(
      ({ view, after }) => level === 'element' && after.length === 0 && isContiguous(view, count),
    )
  })
}
