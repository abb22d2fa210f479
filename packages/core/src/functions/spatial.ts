import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { shown } from './arguments.ts'

// What convolutions and pooling have in common: options with one number for all spatial axes, or one per axis.

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[]

/** `value` as one number per spatial axis, each a whole number of at least `least`. */
export function perAxis(
  op: string,
  option: string,
  value: PerAxis,
  axes: number,
  least: number,
): readonly number[] {
  const list = typeof value === 'object' ? value : new Array<number>(axes).fill(value)
  if (!Array.isArray(list) || list.length !== axes || !list.every((n) => Number.isInteger(n) && n >= least)) {
    throw new OpError(
      op,
      `${option} must be a whole number of at least ${least}, or ${axes} of them, got ${shown(value)}`,
    )
  }
  return list
}

/** Refuses inputs without batch and channel axes. */
export function checkImages(op: string, x: Tensor, axes: number): void {
  if (x.rank === axes + 2) return
  const wanted = axes === 1 ? '[N, C, L]' : '[N, C, H, W]'
  throw new OpError(op, `needs an input of shape ${wanted}, got ${formatShape(x.shape)}`)
}
