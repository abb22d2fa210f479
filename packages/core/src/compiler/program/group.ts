import { type Cuts, cutsOf, joinedCuts } from './cuts.ts'
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
  cuts: Cuts
  members: { readonly index: number; level: Member['level'] }[]
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
      const only = this.work[first?.index ?? -1]
      if (only === undefined) throw new Error('samkit: a kernel has no work; please report this')
      if (group.kernel || group.members.length === 1) return single(only)
      const members = [...group.members].sort((a, b) => a.index - b.index)
      const segments = group.segments ?? [{ size: group.count, reduced: false }]
      return {
        kind: 'fused',
        count: group.count,
        segments,
        members: members.flatMap(({ index, level }) => {
          const work = this.work[index]
          return work === undefined || work.kind === 'kernel' ? [] : [{ work, level }]
        }),
      } satisfies FusedUnit
    })
  }

  /** Finds the kernel that work belongs to. */
  place(index: number): void {
    const work = this.work[index]
    if (work === undefined) return
    const needed = [...new Set(needsOf(work).flatMap((value) => this.producers(value, index)))]
    let group = this.alone(index, work)
    const own = group
    const after = (): number =>
      Math.max(
        0,
        ...needed.map((other) => found(other)).flatMap((other) => (other === group ? [] : [other.place])),
      )
    if (!group.kernel) {
      for (const candidate of this.candidates(index, work, needed)) {
        const other = found(candidate)
        if (other !== group) group = this.joined(group, other, needed) ?? group
      }
    }
    // What was not joined, but is read, comes before.
    const before = after()
    if (group.place <= before)
      group.place = group.firstUse === Number.POSITIVE_INFINITY ? ++this.last : (before + group.firstUse) / 2
    for (const other of needed.map(found))
      if (other !== group) other.firstUse = Math.min(other.firstUse, group.place)
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
      cuts: [],
      members: [{ index, level: 'element' }],
      into: null,
      kernel,
    }
    group.cuts = kernel ? [] : (this.cutsFor(group, group.segments) ?? [])
    this.groups.push(group)
    return group
  }

  /** The groups that write a value, as far as their work was looked at. */
  private producers(value: number, before: number): Group[] {
    return (this.writers.get(value) ?? []).flatMap((index) => {
      const group = index < before ? this.groupOf[index] : undefined
      return group === undefined ? [] : [found(group)]
    })
  }

  /** Kernels that the work might join, the latest first. */
  private candidates(index: number, work: Work, needed: readonly Group[]): Group[] {
    const sink = this.sinks[index] ?? null
    const siblings =
      sink === null || work.kind === 'kernel'
        ? []
        : valuesOf(work.source).flatMap(({ value }) => this.readers.get(`${sink}|${value}`) ?? [])
    return [...new Set([...needed, ...siblings].map(found))]
      .filter(({ kernel, touched }) => !kernel && this.made - touched <= reach)
      .sort((a, b) => b.place - a.place)
  }

  private remember(index: number, work: Work, group: Group): void {
    const sink = this.sinks[index] ?? null
    if (sink === null || work.kind === 'kernel') return
    for (const { value, view } of valuesOf(work.source)) {
      if (isContiguous(view, work.count)) this.readers.set(`${sink}|${value}`, group)
    }
  }

  /** The two groups as one, or null where that cannot be. `needed` is what the newer one reads. */
  private joined(a: Group, b: Group, needed: readonly Group[]): Group | null {
    if (a.members.length + b.members.length > mostMembers) return null
    if (a.sink !== b.sink && !(a.sink === null && a.members.length === 1)) return null
    const space = commonSpace(a, b)
    if (space === null) return null
    const place = this.commonPlace(a, b, needed)
    if (place === null) return null
    const level = (group: Group): Member['level'] | null => (group.count === space.count ? null : 'row')
    const members = [a, b].flatMap((group) =>
      group.members.map((member) => ({ index: member.index, level: level(group) ?? member.level })),
    )
    const levels = new Map(members.map((member) => [member.index, member.level]))
    // Only new links can be wrong: those of the newer work, or between two groups.
    const few = a.members.length === 1 ? a.members : members
    if (!few.every(({ index }) => this.linksAreDirect(index, levels, space))) return null
    const cuts = this.joinedCuts(a, b, space.segments)
    if (cuts === null) return null
    const firstUse = Math.min(a.firstUse, b.firstUse)
    const sink = b.sink
    Object.assign(b, { ...space, place, firstUse, sink, cuts, members })
    a.into = b
    return b
  }

  /** Where both can run as one: after all that either reads, before all that reads of either. */
  private commonPlace(a: Group, b: Group, needed: readonly Group[]): number | null {
    let after = 0
    for (const group of needed.map(found)) {
      if (group !== a && group !== b) after = Math.max(after, group.place)
    }
    const place = Math.max(a.place, b.place)
    const firstUse = Math.min(a.firstUse, b.firstUse)
    if (place > after) return place < firstUse ? place : null
    if (firstUse === Number.POSITIVE_INFINITY) return ++this.last
    const between = (after + firstUse) / 2
    return between > after && between < firstUse ? between : null
  }

  private joinedCuts(a: Group, b: Group, segments: readonly Segment[] | null): Cuts | null {
    const own = this.cutsFor(a, segments)
    const other = b.segments === segments ? b.cuts : this.cutsFor(b, segments)
    return own && other && joinedCuts(own, other)
  }

  /** The cuts that a group's loops need in a space; null where they do not fit. */
  private cutsFor(group: Group, segments: readonly Segment[] | null): Cuts | null {
    let cuts: Cuts | null = segments === null ? [] : cutsOf(segments)
    const isRow = segments !== null && group.count === keptCount(segments)
    for (const { index, level } of group.members) {
      const work = this.work[index]
      if (work === undefined || work.kind === 'kernel') continue
      const add = (view: View, onRows: boolean): void => {
        const whole = onRows ? spread(view, segments ?? []) : view
        cuts = cuts && whole && joinedCuts(cuts, cutsOf(whole.factors))
      }
      const onRows = isRow || level === 'row'
      for (const view of viewsOf(work.source)) add(view, onRows)
      add(work.target.view, onRows || work.kind === 'reduce')
      if (cuts === null) return null
    }
    return cuts
  }

  /** Whether all that the work reads from inside its kernel is read at the place where it is computed. */
  private linksAreDirect(
    index: number,
    levels: ReadonlyMap<number, Member['level']>,
    { count, segments }: Space,
  ): boolean {
    const work = this.work[index]
    if (work === undefined || work.kind === 'kernel') return false
    const inside = (value: number): number[] =>
      (this.writers.get(value) ?? []).filter((writer) => levels.has(writer))
    if (work.after.some((value) => inside(value).length > 0)) return false
    const rows = segments === null ? count : keptCount(segments)
    const isDirect = ({ value, view, after }: ValueSource): boolean => {
      if (after.some((other) => inside(other).length > 0)) return false
      const [writer] = inside(value)
      if (writer === undefined) return true
      const maker = this.work[writer]
      if (maker === undefined || (this.writers.get(value) ?? []).length > 1) return false
      const fromRow = maker.kind === 'reduce' || levels.get(writer) === 'row'
      if (!isContiguous(maker.target.view, fromRow ? rows : count)) return false
      if (levels.get(index) === 'row') return fromRow && isContiguous(view, rows)
      return fromRow ? segments !== null && isRowView(view, segments) : isContiguous(view, count)
    }
    return valuesOf(work.source).every(isDirect)
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
  while (current.into !== null) current = current.into
  return current
}
