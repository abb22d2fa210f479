import { OpError } from '../graph/errors.ts'
import { type Axes, resolveAxes, resolveAxis } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { expand } from '../ops/broadcast.ts'
import { checkOptions, checkTensor, numbersOf } from '../ops/check.ts'
import { reshape } from '../ops/reshape.ts'
import { concat, sliceAxis } from '../ops/slice.ts'
import { checkWhole } from './arguments.ts'
import { flatten, unsqueeze } from './axes.ts'

/**
 * `x` laid out side by side: `counts` copies along the axes, the last count for the last axis. More counts than axes
 * add leading axes, fewer leave the leading ones alone. `[1, 2]` with counts `[2]` is `[1, 2, 1, 2]`.
 *
 * @throws OpError when a count is no whole number of at least 0.
 */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  checkTensor('tile', x)
  const times = numbersOf('tile', 'counts', counts)
  for (const n of times) checkWhole('tile', 'a count', n, 0)
  const rank = Math.max(x.rank, times.length)
  const sizes = [...new Array<number>(rank - x.rank).fill(1), ...x.shape]
  const copies = [...new Array<number>(rank - times.length).fill(1), ...times]
  // A new axis before each one repeats it as a whole.
  const apart = reshape(
    x,
    sizes.flatMap((n) => [1, n]),
  )
  const repeated = expand(
    apart,
    sizes.flatMap((n, axis) => [copies[axis] ?? 1, n]),
  )
  return reshape(
    repeated,
    sizes.map((n, axis) => n * (copies[axis] ?? 1)),
  )
}

/**
 * Every element `count` times in a row along `axis`: `[1, 2]` with count 2 is `[1, 1, 2, 2]`. Without an axis, `x` is
 * flattened first.
 *
 * @throws OpError when the count is no whole number of at least 0.
 */
export function repeatInterleave(x: Tensor, count: number, options: { readonly axis?: number } = {}): Tensor {
  checkTensor('repeatInterleave', x)
  checkOptions('repeatInterleave', options, ['axis'])
  const { axis } = options
  checkWhole('repeatInterleave', 'the count', count, 0)
  if (axis === undefined) return repeatInterleave(flatten(x), count, { axis: 0 })
  const along = resolveAxis('repeatInterleave', axis, x.rank)
  const apart = unsqueeze(x, along + 1)
  const repeated = expand(apart, apart.shape.with(along + 1, count))
  return reshape(repeated, x.shape.with(along, (x.shape[along] ?? 0) * count))
}

/** Along which axes `roll` goes. */
export interface RollOptions {
  /** One axis or several, each rolled by the shift at its place. Default: `x` is rolled as if flattened. */
  readonly axis?: Axes
}

/**
 * `x` shifted along `axis`; what leaves at one end comes in at the other. Positive shifts go toward higher indices.
 *
 * @throws OpError when a shift is no whole number, or there are not as many shifts as axes.
 */
export function roll(x: Tensor, shift: number | readonly number[], options: RollOptions = {}): Tensor {
  checkTensor('roll', x)
  checkOptions('roll', options, ['axis'])
  const { axis } = options
  const shifts = typeof shift === 'number' ? [shift] : numbersOf('roll', 'shifts', shift)
  for (const n of shifts) checkWhole('roll', 'a shift', n)
  if (axis === undefined && x.rank !== 1) return reshape(roll(flatten(x), shift, { axis: 0 }), x.shape)
  const axes = typeof axis === 'number' ? [axis] : (axis ?? [0])
  resolveAxes('roll', axes, x.rank)
  if (axes.length !== shifts.length) {
    throw new OpError('roll', `${shifts.length} shifts for ${axes.length} axes: needs one each`)
  }
  return axes.reduce((rolled, a, i) => rollAxis(rolled, resolveAxis('roll', a, x.rank), shifts[i] ?? 0), x)
}

function rollAxis(x: Tensor, axis: number, shift: number): Tensor {
  const n = x.shape[axis] ?? 0
  const cut = n === 0 ? 0 : ((-shift % n) + n) % n
  return cut === 0 ? x : concat([sliceAxis(x, axis, cut, n), sliceAxis(x, axis, 0, cut)], axis)
}
