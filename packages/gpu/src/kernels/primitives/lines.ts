import type { Access, PrimitiveKernel } from '@samkit/core/compiler'
import { rowMajorStrides } from '../text/digits.ts'

/** A tensor seen as lines along one axis: `outer` blocks of `length` rows of `inner` elements. */
export interface Lines {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)

/** The lines of a shape along an axis. */
export function linesOf(shape: readonly number[], axis: number): Lines {
  return {
    outer: product(shape.slice(0, axis)),
    length: shape[axis] ?? 1,
    inner: product(shape.slice(axis + 1)),
  }
}

/** All of a place, in order, for a loop over `sizes`. */
export function wholeOf({ buffer }: PrimitiveKernel['output'], sizes: readonly number[]): Access {
  return { buffer, offset: 0, strides: rowMajorStrides(sizes) }
}
