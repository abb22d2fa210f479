import type { Residue, Residues } from './residues.ts'

/** The part of input planes that a thread copies, with padding: some steps of each axis and what the kernel meets there. */
export interface Window {
  /** Bytes of one place of the copy. */
  readonly unit: number
  readonly steps: readonly number[]
  /** Which remainders modulo its step the places along each axis have that are met. Others need no copy. */
  readonly met: readonly ReadonlySet<number>[]
  /** The first input place of the copy along each axis, and how many there are. */
  readonly from: readonly number[]
  readonly lengths: readonly number[]
  /** Bytes from one place to the next. Along the last axis, places of one remainder modulo its step are adjacent. */
  readonly strides: readonly number[]
  readonly remainder: number
  /** Bytes from one plane to the next: an odd number of cache lines, so that planes do not fall on the same ones. */
  readonly planeStride: number
}

/** What meets the same taps: one residue along each axis. */
export interface Part {
  /** How many along each axis. */
  readonly counts: readonly number[]
  /** Where the first of them is, in elements of what they are places of. */
  readonly first: number
  /** Where each tap is, in elements of what taps are places of, and how far into the copy it reaches, in bytes. */
  readonly taps: readonly { readonly place: number; readonly at: number }[]
}

/** All of them multiplied. */
export const product = (numbers: readonly number[]): number => numbers.reduce((all, n) => all * n, 1)

function combinations(lists: readonly Residues[]): Residue[][] {
  return lists.reduce<Residue[][]>(
    (all, { list }) => all.flatMap((head) => list.map((one) => [...head, one])),
    [[]],
  )
}

/** The window over `rows` along the first axis and everything along the others, in which a row has at least `width`. */
export function windowOf(along: readonly Residues[], rows: number, width: number, unit: number): Window {
  const last = along.length - 1
  const offsets = along.map(({ list }) => list.flatMap(({ taps }) => taps.map(({ offset }) => offset)))
  const from = offsets.map((all) => (all.length === 0 ? 0 : Math.min(...all)))
  const steps = along.map(({ step }) => step)
  const lengths = along.map(({ list, step }, axis) => {
    const most = Math.max(...list.map(({ count }) => count))
    const count = axis === 0 ? rows : axis === last ? Math.max(most, width) : most
    const all = offsets[axis] ?? []
    return all.length === 0 ? 1 : (count - 1) * step + Math.max(...all) - (from[axis] ?? 0) + 1
  })
  const columns = Math.ceil((lengths[last] ?? 1) / (steps[last] ?? 1))
  const rowBytes = (steps[last] ?? 1) * columns * unit
  const strides = along.map((_, axis) =>
    axis === last ? unit : product(lengths.slice(axis + 1, last)) * rowBytes,
  )
  const bytes = product(lengths.slice(0, last)) * rowBytes
  const met = offsets.map(
    (all, axis) => new Set(all.map((offset) => (offset - (from[axis] ?? 0)) % (steps[axis] ?? 1))),
  )
  return {
    unit,
    steps,
    met,
    from,
    lengths,
    strides,
    remainder: columns * unit,
    planeStride: 64 * (Math.ceil(bytes / 64) | 1),
  }
}

/** The parts of a window, for places and taps with these strides along each axis. */
export function partsOf(
  along: readonly Residues[],
  { unit, from, steps, strides, remainder }: Window,
  { places, taps }: { readonly places: readonly number[]; readonly taps: readonly number[] },
): Part[] {
  const last = along.length - 1
  const reach = (axis: number, offset: number): number => {
    const moved = offset - (from[axis] ?? 0)
    const step = steps[axis] ?? 1
    return axis === last
      ? (moved % step) * remainder + Math.floor(moved / step) * unit
      : moved * (strides[axis] ?? 0)
  }
  return combinations(along).map((residues) => ({
    counts: residues.map(({ count }) => count),
    first: residues.reduce((sum, { first }, axis) => sum + first * (places[axis] ?? 0), 0),
    taps: residues.reduce<Part['taps']>(
      (all, residue, axis) =>
        all.flatMap(({ place, at }) =>
          residue.taps.map(({ k, offset }) => ({
            place: place + k * (taps[axis] ?? 0),
            at: at + reach(axis, offset),
          })),
        ),
      [{ place: 0, at: 0 }],
    ),
  }))
}
