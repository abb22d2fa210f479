import { type Cuts, cutsOf, joinedCuts } from './cuts.ts'
import { isSame } from './guards.ts'
import type { Guard } from './kernel.ts'
import { sinksOf } from './sinks.ts'
import { type ValueSource, valuesOf, viewsOf } from './source.ts'
import { type FusedUnit, isRowView, type Member, single, spread, type Unit } from './unit.ts'
import { isContiguous, type View } from './view.ts'
import { keptCount, needsOf, type Resolved, type Segment, type Work } from './work.ts'

/** A kernel does not grow beyond this many pieces of work. */
const mostMembers = 96

/** Work joins what it reads from only while that was made this few kernels ago: later it would only be kept longer. */
const reach = 12

/** Work that runs as one kernel, while kernels are still being made. */
interface Group {
  /** Where in the order of kernels it runs. */
  place: number
  /** The place of the first kernel that reads of it, or a lower bound. */
  firstUse: number
  /** When work joined it last, in kernels made. */
  touched: number
  count: number
  /** Null where nothing is reduced. */
  segments: readonly Segment[] | null
  /** The space of a reduction that only takes in what nobody else reads. */
  sink: string | null
  readonly guard: Guard | null
  cuts: Cuts
  readonly members: number[]
  /** The kernel this one was merged into. */
  into: Group | null
  readonly kernel: boolean
}

/**
 * Joins elementwise work and reductions into few kernels. Work is looked at in order; it joins the kernels that it reads
 * from where their loops agree and where no kernel would come to wait for itself: kernels stand in an order, and all that
 * one reads is computed before its place.
 */
export function groupWork(resolved: Resolved): Unit[] {
  const grouping = new Grouping(resolved)
  for (const index of resolved.work.keys()) grouping.place(index)
  return grouping.units()
}

class Grouping {
  private readonly work: readonly Work[]
  private readonly sinks: readonly (string | null)[]
  /** The work that writes a value; several for one that is put together from pieces. */
  private readonly writers = new Map<number, number[]>()
  private readonly groupOf: Group[] = []
  private readonly levels: Member['level'][] = []
  private readonly leafLists: (readonly ValueSource[])[] = []
  private readonly groups: Group[] = []
  /** By space and value, the group whose reductions read the value. */
  private readonly readers = new Map<string, Group>()
  private last = 0
  /** How many kernels there were when work was last placed. */
  private made = 0

  constructor(resolved: Resolved) {
    this.work = resolved.work
    this.sinks = sinksOf(resolved)
    for (const [index, { target }] of this.work.entries()) {
      const list = this.writers.get(target.value)
      if (list === undefined) this.writers.set(target.value, [index])
      else list.push(index)
    }
  }

  units(): Unit[] {
    const alive = this.groups.filter(({ into }) => into === null).sort((a, b) => a.place - b.place)
    return alive.map((group) => {
      const [first] = group.members
      const only = this.work[first ?? -1]
      if (only === undefined) throw new Error('samkit: a kernel has no work; please report this')
      if (group.kernel || group.members.length === 1) return single(only)
      const members = group.members.sort((a, b) => a - b)
      const segments = group.segments ?? [{ size: group.count, reduced: false }]
      return {
        kind: 'fused',
        count: group.count,
        segments,
        members: members.flatMap((index) => {
          const work = this.work[index]
          const level = this.levels[index] ?? 'element'
          return work === undefined || work.kind === 'kernel' ? [] : [{ work, level }]
        }),
      } satisfies FusedUnit
    })
  }

  /** Finds the kernel that work belongs to. */
  place(index: number): void {
    const work = this.work[index]
    if (work === undefined) return
    const needed = this.makersOf(needsOf(work), index)
    let group = this.alone(index, work)
    const own = group
    if (!group.kernel) {
      for (const candidate of this.candidates(index, work, needed)) {
        const other = found(candidate)
        if (other !== group) group = this.joined(group, other, needed) ?? group
      }
    }
    // What was not joined, but is read, comes before.
    if (group === own) group.place = ++this.last
    for (const maker of needed) {
      const other = found(maker)
      if (other !== group) other.firstUse = Math.min(other.firstUse, group.place)
    }
    if (group === own) this.made += 1
    group.touched = this.made
    this.groupOf[index] = group
    this.remember(index, work, group)
  }

  private alone(index: number, work: Work): Group {
    const kernel = work.kind === 'kernel'
    const segments = work.kind === 'reduce' ? work.segments : null
    const group: Group = {
      place: 0,
      firstUse: Number.POSITIVE_INFINITY,
      touched: 0,
      count: kernel ? 0 : work.count,
      segments,
      sink: this.sinks[index] ?? null,
      guard: work.guard ?? null,
      cuts: kernel ? [] : this.ownCuts(index, segments),
      members: [index],
      into: null,
      kernel,
    }
    this.groups.push(group)
    this.groupOf[index] = group
    return group
  }

  /** The groups that write values, as far as their work was looked at. */
  private makersOf(values: readonly number[], before: number): Group[] {
    const groups: Group[] = []
    for (const value of values) {
      for (const index of this.writers.get(value) ?? []) {
        const group = index < before ? this.ownGroup(index) : null
        if (group !== null && !groups.includes(group)) groups.push(group)
      }
    }
    return groups
  }

  /** Kernels that the work might join, the latest first. */
  private candidates(index: number, work: Work, needed: readonly Group[]): Group[] {
    const sink = this.sinks[index] ?? null
    const all = [...needed]
    if (sink !== null && work.kind !== 'kernel') {
      for (const { value } of this.leaves(index)) {
        const sibling = this.readers.get(`${sink}|${value}`)
        if (sibling !== undefined && !all.includes(found(sibling))) all.push(found(sibling))
      }
    }
    return all
      .filter(({ kernel, touched }) => !kernel && this.made - touched <= reach)
      .sort((a, b) => b.place - a.place)
  }

  private remember(index: number, work: Work, group: Group): void {
    const sink = this.sinks[index] ?? null
    if (sink === null || work.kind === 'kernel') return
    for (const { value, view } of this.leaves(index)) {
      if (isContiguous(view, work.count)) this.readers.set(`${sink}|${value}`, group)
    }
  }

  /** The two groups as one, or null where that cannot be. `needed` is what the newer one reads. */
  private joined(a: Group, b: Group, needed: readonly Group[]): Group | null {
    if (a.members.length + b.members.length > mostMembers) return null
    if (!isSame(a.guard, b.guard)) return null
    if (a.sink !== b.sink && !(a.sink === null && a.members.length === 1)) return null
    const space = commonSpace(a, b)
    if (space === null) return null
    const place = this.commonPlace(a, b, needed)
    if (place === null) return null
    const isInside = (group: Group): boolean => group === a || group === b
    const levelOf = (index: number): Member['level'] => {
      const group = this.ownGroup(index)
      return group !== null && group.count !== space.count ? 'row' : (this.levels[index] ?? 'element')
    }
    // Only new links can be wrong: those of the newer work, or between two groups.
    const isDirect = (index: number): boolean => this.linksAreDirect(index, isInside, levelOf, space)
    if (!a.members.every(isDirect) || (a.members.length > 1 && !b.members.every(isDirect))) return null
    const own = this.cutsFor(a, space)
    const other = this.cutsFor(b, space)
    const cuts = own && other && joinedCuts(own, other)
    if (cuts === null) return null
    for (const index of [...a.members, ...(b.count === space.count ? [] : b.members)])
      this.levels[index] = levelOf(index)
    b.members.push(...a.members)
    Object.assign(b, { ...space, place, firstUse: Math.min(a.firstUse, b.firstUse), cuts })
    a.into = b
    return b
  }

  /** The group of work that was looked at. */
  private ownGroup(index: number): Group | null {
    const group = this.groupOf[index]
    return group === undefined ? null : found(group)
  }

  /** Where both can run as one: after all that either reads, before all that reads of either. */
  private commonPlace(a: Group, b: Group, needed: readonly Group[]): number | null {
    let after = 0
    for (const maker of needed) {
      const group = found(maker)
      if (group !== a && group !== b && group.place > after) after = group.place
    }
    const place = Math.max(a.place, b.place)
    const firstUse = Math.min(a.firstUse, b.firstUse)
    if (place > after) return place < firstUse ? place : null
    if (firstUse === Number.POSITIVE_INFINITY) return ++this.last
    const between = (after + firstUse) / 2
    return between > after && between < firstUse ? between : null
  }

  /** The cuts that a group's loops need in a space; null where they do not fit. */
  private cutsFor(group: Group, { count, segments }: Space): Cuts | null {
    const between = segments === null ? [] : cutsOf(segments)
    if (group.count === count) return joinedCuts(between, group.cuts)
    // What was a loop of its own becomes rows.
    let cuts: Cuts | null = between
    for (const index of group.members) {
      for (const view of this.viewsIn(index)) {
        const whole: View | null = spread(view, segments ?? [])
        cuts = cuts && whole && joinedCuts(cuts, cutsOf(whole.factors))
      }
    }
    return cuts
  }

  /** The cuts of work on its own. */
  private ownCuts(index: number, segments: readonly Segment[] | null): Cuts {
    let cuts: Cuts | null = segments === null ? [] : cutsOf(segments)
    for (const view of this.viewsIn(index)) cuts = cuts && joinedCuts(cuts, cutsOf(view.factors))
    return cuts ?? []
  }

  /** The views through which work reads and, for elements, writes. */
  private viewsIn(index: number): View[] {
    const work = this.work[index]
    if (work === undefined || work.kind === 'kernel') return []
    const views = viewsOf(work.source)
    if (work.kind === 'map') views.push(work.target.view)
    return views
  }

  /** Whether all that the work reads from inside its kernel is read at the place where it is computed. */
  private linksAreDirect(
    index: number,
    isInside: (group: Group) => boolean,
    levelOf: (index: number) => Member['level'],
    { count, segments }: Space,
  ): boolean {
    const work = this.work[index]
    if (work === undefined || work.kind === 'kernel') return false
    const makerOf = (value: number): number | undefined =>
      this.writers.get(value)?.find((writer) => {
        const group = this.ownGroup(writer)
        return group !== null && isInside(group)
      })
    if (work.after.some((value) => makerOf(value) !== undefined)) return false
    const rows = segments === null ? count : keptCount(segments)
    const level = levelOf(index)
    return this.leaves(index).every(({ value, view, after }) => {
      if (after.some((other) => makerOf(other) !== undefined)) return false
      const writer = makerOf(value)
      if (writer === undefined) return true
      const maker = this.work[writer]
      if (maker === undefined || (this.writers.get(value)?.length ?? 0) > 1) return false
      const fromRow = maker.kind === 'reduce' || levelOf(writer) === 'row'
      if (!isContiguous(maker.target.view, fromRow ? rows : count)) return false
      if (level === 'row') return fromRow && isContiguous(view, rows)
      // A row repeated and nothing else is no line of a kernel.
      if (fromRow && work.source.kind === 'value') return false
      return fromRow ? segments !== null && isRowView(view, segments) : isContiguous(view, count)
    })
  }

  private leaves(index: number): readonly ValueSource[] {
    const known = this.leafLists[index]
    if (known !== undefined) return known
    const work = this.work[index]
    const list = work === undefined || work.kind === 'kernel' ? [] : valuesOf(work.source)
    this.leafLists[index] = list
    return list
  }
}

interface Space {
  readonly count: number
  readonly segments: readonly Segment[] | null
}

/** The loop that both groups fit; the smaller one may be rows of the larger. */
function commonSpace(a: Group, b: Group): Space | null {
  if (a.segments !== null && b.segments !== null) {
    const same =
      a.segments.length === b.segments.length &&
      a.segments.every(
        ({ size, reduced }, i) => size === b.segments?.[i]?.size && reduced === b.segments[i]?.reduced,
      )
    return same ? { count: a.count, segments: b.segments } : null
  }
  const [outer, inner] = a.segments === null ? [b, a] : [a, b]
  const fits =
    inner.count === outer.count || (outer.segments !== null && inner.count === keptCount(outer.segments))
  return fits ? { count: outer.count, segments: outer.segments } : null
}

/** The group that a group became part of. */
function found(group: Group): Group {
  let current = group
  while (current.into !== null) {
    // Halves the way for the next time.
    if (current.into.into !== null) current.into = current.into.into
    current = current.into
  }
  return current
}
