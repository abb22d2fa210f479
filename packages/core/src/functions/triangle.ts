import { OpError } from '../graph/errors.ts'
import { formatShape, resolveAxis } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { le } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { iota } from '../ops/leaves.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { where } from '../ops/select.ts'
import { slice } from '../ops/slice.ts'
import { checkWhole } from './arguments.ts'

/** Which diagonal bounds a triangle. */
export interface TriangleOptions {
  /** 0: the main one. Positive: that many to the right of it. Negative: below it. Default 0. */
  readonly diagonal?: number
}

/** Row and column numbers of the last two axes, the rows shifted so that they are equal on the diagonal. */
function positions(
  op: string,
  x: Tensor,
  diagonal: number,
): { readonly rows: Tensor; readonly columns: Tensor } {
  const [m, n] = x.shape.slice(-2)
  if (m === undefined || n === undefined) {
    throw new OpError(op, `needs a matrix or a batch of them, got ${formatShape(x.shape)}`)
  }
  checkWhole(op, 'diagonal', diagonal)
  return { rows: add(reshape(iota(m), [m, 1]), diagonal), columns: iota(n) }
}

/**
 * The lower triangle of the last two axes, the diagonal included; zeros above it.
 *
 * @throws OpError when there are no two axes.
 */
export function tril(x: Tensor, options: TriangleOptions = {}): Tensor {
  checkTensor('tril', x)
  checkOptions('tril', options, ['diagonal'])
  const { diagonal = 0 } = options
  const { rows, columns } = positions('tril', x, diagonal)
  return where(le(columns, rows), x, zero(x))
}

/**
 * The upper triangle of the last two axes, the diagonal included; zeros below it.
 *
 * @throws OpError when there are no two axes.
 */
export function triu(x: Tensor, options: TriangleOptions = {}): Tensor {
  checkTensor('triu', x)
  checkOptions('triu', options, ['diagonal'])
  const { diagonal = 0 } = options
  const { rows, columns } = positions('triu', x, diagonal)
  return where(le(rows, columns), x, zero(x))
}

function zero(x: Tensor): number | boolean {
  return x.dtype === 'bool' ? false : 0
}

/** Which diagonal `diagonal` takes, and of which matrices. */
export interface DiagonalOptions {
  /** 0: the main one. Positive: that many to the right of it. Negative: below it. Default 0. */
  readonly offset?: number
  /** The axis of the matrices' rows. Default 0. */
  readonly axis1?: number
  /** The axis of the matrices' columns. Default 1. */
  readonly axis2?: number
}

/**
 * The diagonal of the matrices that two axes form. The two axes go, and the diagonal becomes the last one. One that
 * misses the matrix has no elements.
 *
 * @throws OpError when the axes are the same or do not exist.
 */
export function diagonal(x: Tensor, options: DiagonalOptions = {}): Tensor {
  checkTensor('diagonal', x)
  checkOptions('diagonal', options, ['offset', 'axis1', 'axis2'])
  const { offset = 0, axis1 = 0, axis2 = 1 } = options
  const row = resolveAxis('diagonal', axis1, x.rank)
  const column = resolveAxis('diagonal', axis2, x.rank)
  if (row === column)
    throw new OpError('diagonal', `needs two axes of ${formatShape(x.shape)}, got axis ${row} twice`)
  checkWhole('diagonal', 'offset', offset)
  const others = x.shape.flatMap((_, axis) => (axis === row || axis === column ? [] : [axis]))
  const batch = others.map((axis) => x.shape[axis] ?? 0)
  const [m, n] = [x.shape[row] ?? 0, x.shape[column] ?? 0]
  const flat = reshape(permute(x, [...others, row, column]), [...batch, m * n])
  const length = Math.max(0, Math.min(m + Math.min(offset, 0), n - Math.max(offset, 0)))
  // Row by row, diagonal elements are n + 1 apart.
  const start = length === 0 ? 0 : Math.max(offset, 0) + Math.max(-offset, 0) * n
  const stop = length === 0 ? 0 : start + (length - 1) * (n + 1) + 1
  return slice(flat, {
    start: [...batch.map(() => 0), start],
    stop: [...batch, stop],
    step: [...batch.map(() => 1), n + 1],
  })
}
