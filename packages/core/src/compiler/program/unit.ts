import type { Guard } from './kernel.ts'
import { aligned, type Factor, merged, type View } from './view.ts'
import { type KernelWork, keptCount, type MapWork, type ReduceWork, type Segment, type Work } from './work.ts'

/** Work that becomes one fused kernel. */
export interface FusedUnit {
  readonly kind: 'fused'
  /** The number of places that elements are computed at. */
  readonly count: number
  /** How the places are reduced; one kept segment where nothing is. */
  readonly segments: readonly Segment[]
  /** In an order in which each may read what those before computed. */
  readonly members: readonly Member[]
}

/** A piece of work in a fused kernel: done at every place, or once for all reduced places together. */
export interface Member {
  readonly work: MapWork | ReduceWork
  readonly level: 'row' | 'element'
}

/** What becomes one kernel. */
export type Unit = FusedUnit | KernelWork

/** The pieces of work in a unit. */
export function workOf(unit: Unit): readonly Work[] {
  return unit.kind === 'fused' ? unit.members.map(({ work }) => work) : [unit]
}

/** What a unit is skipped by: all of its work has the same guard. */
export function guardOf(unit: Unit): Guard | null {
  return workOf(unit)[0]?.guard ?? null
}

/** A unit of this work alone. */
export function single(work: Work): Unit {
  if (work.kind === 'kernel') return work
  const segments = work.kind === 'reduce' ? work.segments : [{ size: work.count, reduced: false }]
  return { kind: 'fused', count: work.count, segments, members: [{ work, level: 'element' }] }
}

/** A view of kept places as one of all places: it stands still where a reduction runs. Null where no digits fit. */
export function spread(view: View, segments: readonly Segment[]): View | null {
  const groups = aligned(
    view.factors,
    segments.filter(({ reduced }) => !reduced).map(({ size }) => size),
  )
  if (groups === null) return null
  const still = view.bounds.map(() => 0)
  const factors: Factor[] = []
  let next = 0
  for (const { size, reduced } of segments) {
    if (reduced) factors.push({ size, stride: 0, bounds: still })
    else factors.push(...(groups[next++] ?? []))
  }
  return { ...view, factors: merged(factors) }
}

/** Whether a view of all places shows row values: the same for all reduced places, in the order of the kept ones. */
export function isRowView(view: View, segments: readonly Segment[]): boolean {
  if (view.offset !== 0 || view.bounds.length > 0) return false
  let stride = keptCount(segments)
  const rows = segments.flatMap(({ size, reduced }) => {
    if (!reduced) stride /= size
    return [{ size, stride: reduced ? 0 : stride, bounds: [] }]
  })
  const expected = merged(rows)
  return (
    expected.length === view.factors.length &&
    expected.every(
      (factor, i) => factor.size === view.factors[i]?.size && factor.stride === view.factors[i]?.stride,
    )
  )
}
