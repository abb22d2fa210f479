import type { Shape } from '../graph/dtype.ts'
import { stridesOf } from '../graph/shape.ts'

/** Strides that read an array of `shape` as if it were broadcast to `target`: 0 along repeated axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape)
  const shift = target.length - shape.length
  return target.map((_, axis) => (axis < shift || shape[axis - shift] === 1 ? 0 : own[axis - shift]!))
}

/**
 * Visits every row (run along the last axis) of an array of `shape`, in order. For each it gives the row's offset
 * under every one of `strides` beside the running output offset, so kernels are written as one flat inner loop.
 */
export function eachRow(
  shape: Shape,
  strides: readonly (readonly number[])[],
  visit: (output: number, offsets: readonly number[]) => void,
): void {
  const rank = shape.length
  const rowLength = rank === 0 ? 1 : shape[rank - 1]!
  let rows = 1
  for (let axis = 0; axis < rank - 1; axis++) rows *= shape[axis]!
  if (rowLength === 0) return
  const index = new Array<number>(rank).fill(0)
  const offsets = strides.map(() => 0)
  for (let row = 0; row < rows; row++) {
    visit(row * rowLength, offsets)
    for (let axis = rank - 2; axis >= 0; axis--) {
      const wraps = ++index[axis]! === shape[axis]
      for (let k = 0; k < strides.length; k++) {
        offsets[k]! += wraps ? -strides[k]![axis]! * (shape[axis]! - 1) : strides[k]![axis]!
      }
      if (!wraps) break
      index[axis] = 0
    }
  }
}

/** The stride along the last axis; 0 for a scalar. */
export function lastStride(strides: readonly number[]): number {
  return strides.length === 0 ? 0 : strides[strides.length - 1]!
}
