import type { Factor } from './view.ts'

/**
 * Where a loop over numbered places is cut into axes: for each cut, how many places one step of the axis outside of it
 * spans. Ascending, each a divisor of the next, without 1 and the number of places itself.
 */
export type Cuts = readonly number[]

/** The cuts between the digits of a view. */
export function cutsOf(factors: readonly { readonly size: number }[]): number[] {
  const cuts: number[] = []
  let span = 1
  for (let i = factors.length - 1; i > 0; i--) {
    span *= factors[i]?.size ?? 1
    cuts.push(span)
  }
  return cuts
}

/** All of the cuts together; null where a loop cannot have both. */
export function joinedCuts(a: Cuts, b: Cuts): Cuts | null {
  if (b.every((cut) => a.includes(cut))) return a
  const all = [...new Set([...a, ...b])].sort((x, y) => x - y)
  return all.every((cut, i) => cut % (all[i - 1] ?? 1) === 0) ? all : null
}

/** The sizes of the axes, outermost first. */
export function sizesOf(count: number, cuts: Cuts): number[] {
  const ends = [1, ...cuts, count]
  const sizes: number[] = []
  for (let i = ends.length - 1; i > 0; i--) sizes.push((ends[i] ?? 1) / (ends[i - 1] ?? 1))
  return sizes.filter((n) => n !== 1)
}

/** The digits of a view on loops that are cut at least where the view is: one for each, or none where it does not move. */
export function strideList(
  groups: readonly (readonly Factor[])[],
  pick: (factor: Factor) => number,
): number[] {
  return groups.map(([factor]) => (factor === undefined ? 0 : pick(factor)))
}
