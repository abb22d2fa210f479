import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { checkTensor } from '../ops/check.ts'
import { reshape } from '../ops/reshape.ts'
import { flip, slice } from '../ops/slice.ts'
import { shown } from './arguments.ts'
import { indexSelect } from './index-select.ts'

/** From, up to but without, and by how much; null leaves an end open. Negative numbers count from the end. */
export type AxisRange =
  | readonly [start: number | null, stop: number | null]
  | readonly [start: number | null, stop: number | null, step: number]

/** What `at` takes of one axis: an element, a range, elements by an `i32` tensor, or (null) all of it. */
export type AxisPick = number | AxisRange | Tensor | null

/**
 * Part of a tensor, one pick per axis; axes without a pick are kept whole.
 *
 * - a number takes that element and drops the axis; -1 is the last
 * - `[start, stop]` or `[start, stop, step]` takes a range, as slices in Python do: `stop` is not included, null is an
 *   open end, what lies outside is cut off, and a negative step goes backwards
 * - an `i32` tensor takes the elements it names; its axes take the place of the axis. Several pick independently
 * - null keeps the axis
 *
 * @example
 * x.at(0)                          // the first row of a matrix
 * x.at(null, -1)                   // its last column
 * x.at([0, 5], [null, null, -1])   // the first five rows, columns reversed
 * table.at(tokens)                 // one row per token
 *
 * @throws OpError when a number is no index of its axis, a range no range, or there are more picks than axes. Indices
 * in tensors are checked when they are read.
 */
export function at(x: Tensor, ...picks: readonly AxisPick[]): Tensor {
  checkTensor('at', x)
  if (picks.length > x.rank) {
    throw new OpError(
      'at',
      `${picks.length} picks are too many for the ${x.rank} axes of ${formatShape(x.shape)}`,
    )
  }
  const cuts = x.shape.map((n, axis) => cutOf(x, axis, n, picks[axis] ?? null))
  const reversed = cuts.flatMap(({ backwards }, axis) => (backwards ? [axis] : []))
  const whole = cuts.every(
    ({ start, stop, step }, axis) => start === 0 && stop === x.shape[axis] && step === 1,
  )
  const part = whole
    ? x
    : slice(x, {
        start: cuts.map(({ start }) => start),
        stop: cuts.map(({ stop }) => stop),
        step: cuts.map(({ step }) => step),
      })
  const ordered = reversed.length === 0 ? part : flip(part, reversed)
  // From the last axis on, so that the numbers of those still to come stay right.
  const selected = picks.reduceRight<Tensor>(
    (t, pick, axis) => (pick instanceof Tensor ? indexSelect(t, axis, pick) : t),
    ordered,
  )
  return reshape(selected, keptShape(ordered, picks))
}

/** The shape without the axes that numbers picked from, index tensors' axes in their places. */
function keptShape(x: Tensor, picks: readonly AxisPick[]): number[] {
  return x.shape.flatMap((n, axis) => {
    const pick = picks[axis]
    if (typeof pick === 'number') return []
    return pick instanceof Tensor ? pick.shape : [n]
  })
}

/** A slice of one axis in ascending order, and whether it is to be reversed afterwards. */
interface Cut {
  readonly start: number
  readonly stop: number
  readonly step: number
  readonly backwards: boolean
}

function cutOf(x: Tensor, axis: number, n: number, pick: AxisPick): Cut {
  if (pick === null || pick instanceof Tensor) return { start: 0, stop: n, step: 1, backwards: false }
  if (typeof pick !== 'number') return rangeCut(x, axis, n, pick)
  const index = pick < 0 ? pick + n : pick
  if (!Number.isInteger(pick) || index < 0 || index >= n) {
    const range = n === 0 ? 'it has size 0' : `it has indices ${-n} to ${n - 1}`
    throw new OpError(
      'at',
      `there is no index ${shown(pick)} on axis ${axis} of ${formatShape(x.shape)}: ${range}`,
    )
  }
  return { start: index, stop: index + 1, step: 1, backwards: false }
}

function rangeCut(x: Tensor, axis: number, n: number, range: AxisRange): Cut {
  const [first, last, step = 1] = Array.isArray(range) ? (range as AxisRange) : []
  const ends = [first, last].every((end) => end === null || Number.isInteger(end))
  if (!ends || !Number.isInteger(step) || step === 0) {
    throw new OpError(
      'at',
      `${shown(range)} is no pick for axis ${axis} of ${formatShape(x.shape)}: give a number, ` +
        '[start, stop], [start, stop, step] with whole numbers or null and a step other than 0, a tensor, or null',
    )
  }
  const backwards = step < 0
  // Where each end may lie at most: going backwards, the range ends before index 0.
  const [lowest, highest] = backwards ? [-1, n - 1] : [0, n]
  const place = (end: number | null | undefined, open: number): number =>
    end == null ? open : Math.min(highest, Math.max(lowest, end < 0 ? end + n : end))
  const start = place(first, backwards ? highest : lowest)
  const stop = place(last, backwards ? lowest : highest)
  const count = Math.max(0, Math.ceil((stop - start) / step))
  if (count === 0) return { start: 0, stop: 0, step: 1, backwards: false }
  const end = start + (count - 1) * step
  return backwards
    ? { start: end, stop: start + 1, step: -step, backwards }
    : { start, stop: end + 1, step, backwards }
}
