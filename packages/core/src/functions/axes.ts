import { OpError } from '../graph/errors.ts'
import { type Axes, formatShape, resolveAxes, resolveAxis, sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { permute, reshape } from '../ops/reshape.ts'

/**
 * `x` with two axes swapped; by default the last two, which transposes a matrix (or each matrix of a batch).
 *
 * @throws OpError when there is no such axis, or by default with fewer than two.
 */
export function transpose(x: Tensor, axis1 = -2, axis2 = -1): Tensor {
  checkTensor('transpose', x)
  const a = resolveAxis('transpose', axis1, x.rank)
  const b = resolveAxis('transpose', axis2, x.rank)
  return permute(
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  )
}

/** `x` with one axis moved to another place; the others keep their order. */
export function moveAxis(x: Tensor, from: number, to: number): Tensor {
  checkTensor('moveAxis', x)
  const moved = resolveAxis('moveAxis', from, x.rank)
  const order = x.shape.flatMap((_, axis) => (axis === moved ? [] : [axis]))
  order.splice(resolveAxis('moveAxis', to, x.rank), 0, moved)
  return permute(x, order)
}

/**
 * `x` without axes of size 1: those named, or by default all of them.
 *
 * @throws OpError when a named axis has another size.
 */
export function squeeze(x: Tensor, axis?: Axes): Tensor {
  checkTensor('squeeze', x)
  const axes = axis === undefined ? undefined : resolveAxes('squeeze', axis, x.rank)
  const long = axes?.find((a) => x.shape[a] !== 1)
  if (long !== undefined) {
    throw new OpError('squeeze', `axis ${long} of ${formatShape(x.shape)} has size ${x.shape[long]}, not 1`)
  }
  return reshape(
    x,
    x.shape.filter((n, a) => (axes === undefined ? n !== 1 : !axes.includes(a))),
  )
}

/** `x` with a new axis of size 1 that gets the index `axis`; -1 puts it last. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensor('unsqueeze', x)
  return reshape(x, x.shape.toSpliced(resolveAxis('unsqueeze', axis, x.rank + 1), 0, 1))
}

/** Which axes `flatten` merges. */
export interface FlattenOptions {
  /** The first one. Default 0. */
  readonly startAxis?: number
  /** The last one, included. Default -1. */
  readonly endAxis?: number
}

/**
 * `x` with the axes from `startAxis` to `endAxis` merged into one; `{ startAxis: 1 }` keeps the batch. A scalar
 * becomes a vector of one.
 *
 * @throws OpError when there is no such axis, or the first comes after the last.
 */
export function flatten(x: Tensor, options: FlattenOptions = {}): Tensor {
  checkTensor('flatten', x)
  checkOptions('flatten', options, ['startAxis', 'endAxis'])
  const { startAxis = 0, endAxis = -1 } = options
  if (x.rank === 0) return reshape(x, [1])
  const start = resolveAxis('flatten', startAxis, x.rank)
  const end = resolveAxis('flatten', endAxis, x.rank)
  if (start > end) {
    throw new OpError(
      'flatten',
      `startAxis ${startAxis} comes after endAxis ${endAxis} in ${formatShape(x.shape)}`,
    )
  }
  const merged = sizeOf(x.shape.slice(start, end + 1))
  return reshape(x, x.shape.toSpliced(start, end + 1 - start, merged))
}
