import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { expand } from '../ops/broadcast.ts'
import { checkOptions, checkTensor, checkValue } from '../ops/check.ts'
import { concat, flip, padding, sliceAxis } from '../ops/slice.ts'
import { shown } from './arguments.ts'

/** How many elements to add before and after those of an axis. */
export type PadAmount = readonly [before: number, after: number]

/** What `pad` adds. */
export interface PadOptions {
  /**
   * `constant`: `value`. `reflect`: the elements mirrored at the edge, the edge itself not repeated. `replicate`: the
   * edge, repeated. Default `constant`.
   */
  readonly mode?: 'constant' | 'reflect' | 'replicate'
  /** What `constant` adds. Default 0. */
  readonly value?: number
}

/**
 * `x` with elements added around it: one pair of numbers per axis, the last pair for the last axis; leading axes
 * without a pair stay as they are. `pad(image, [[1, 1], [2, 2]])` adds a row above and below, two columns left and right.
 *
 * @throws OpError when an amount is no whole number of at least 0, there are more pairs than axes, or an axis is too
 * short to reflect or replicate.
 */
export function pad(x: Tensor, amounts: readonly PadAmount[], options: PadOptions = {}): Tensor {
  checkTensor('pad', x)
  checkOptions('pad', options, ['mode', 'value'])
  const { mode = 'constant', value = 0 } = options
  if (!Array.isArray(amounts)) {
    throw new OpError('pad', `expected pairs [[before, after], …], got ${shown(amounts)}`)
  }
  const leading = x.rank - amounts.length
  if (leading < 0) {
    throw new OpError(
      'pad',
      `${amounts.length} pairs are too many for the ${x.rank} axes of ${formatShape(x.shape)}`,
    )
  }
  if (
    !amounts.every(
      (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0),
    )
  ) {
    throw new OpError(
      'pad',
      `amounts ${shown(amounts)} must be pairs of whole numbers of at least 0, one pair per axis; ` +
        'at() cuts elements off',
    )
  }
  const pairs = [...new Array<PadAmount>(leading).fill([0, 0]), ...amounts]
  switch (mode) {
    case 'constant':
      return padding(x, {
        low: pairs.map(([before]) => before),
        high: pairs.map(([, after]) => after),
        interior: pairs.map(() => 0),
        value: asStored(x, value),
      })
    case 'reflect':
      return pairs.reduce((padded, pair, axis) => extend(padded, axis, pair, reflected), x)
    case 'replicate':
      return pairs.reduce((padded, pair, axis) => extend(padded, axis, pair, replicated), x)
    default:
      throw new OpError('pad', `mode must be 'constant', 'reflect' or 'replicate', got ${shown(mode)}`)
  }
}

function asStored(x: Tensor, value: number): number {
  checkValue('pad', value, x.dtype)
  return x.dtype === 'bool' ? Number(value !== 0) : value
}

/** Elements to put before or after an axis of `x`. */
type Filler = (x: Tensor, axis: number, count: number, side: 'before' | 'after') => Tensor

function extend(x: Tensor, axis: number, [before, after]: PadAmount, filler: Filler): Tensor {
  const parts = [x]
  if (before > 0) parts.unshift(filler(x, axis, before, 'before'))
  if (after > 0) parts.push(filler(x, axis, after, 'after'))
  return concat(parts, axis)
}

const reflected: Filler = (x, axis, count, side) => {
  const n = x.shape[axis] ?? 0
  if (count >= n) {
    throw new OpError(
      'pad',
      `cannot reflect ${count} elements ${side} axis ${axis} of ${formatShape(x.shape)}: at most ${Math.max(0, n - 1)}`,
    )
  }
  const mirrored =
    side === 'before' ? sliceAxis(x, axis, 1, count + 1) : sliceAxis(x, axis, n - 1 - count, n - 1)
  return flip(mirrored, axis)
}

const replicated: Filler = (x, axis, count, side) => {
  const n = x.shape[axis] ?? 0
  if (n === 0) throw new OpError('pad', `axis ${axis} of ${formatShape(x.shape)} has no edge to replicate`)
  const edge = side === 'before' ? sliceAxis(x, axis, 0, 1) : sliceAxis(x, axis, n - 1, n)
  return expand(edge, x.shape.with(axis, count))
}
