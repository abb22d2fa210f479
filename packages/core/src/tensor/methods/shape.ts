import {
  type FlattenOptions,
  flatten,
  moveAxis,
  squeeze,
  transpose,
  unsqueeze,
} from '../../functions/axes.ts'
import { type RollOptions, repeatInterleave, roll, tile } from '../../functions/repeat.ts'
import type { Axes } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { expand } from '../../ops/broadcast.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import { flip } from '../../ops/slice.ts'
import { install } from './install.ts'

/** The same elements under another shape or in another order. */
export interface ShapeMethods {
  /** The same elements under another shape: `x.reshape(2, -1)` or `x.reshape([2, -1])`. */
  reshape(...shape: Numbers): Tensor
  /** Axes `startAxis` to `endAxis` (default: all) merged into one. */
  flatten(options?: FlattenOptions): Tensor
  /** Without axes of size 1: those named, or all of them. */
  squeeze(axis?: Axes): Tensor
  /** With a new axis of size 1 at index `axis`. */
  unsqueeze(axis: number): Tensor
  /** Axes of size 1 repeated, and leading axes added, up to this shape; -1 keeps a size. */
  expand(...shape: Numbers): Tensor
  /** The axes in another order: `x.permute(2, 0, 1)` or `x.permute([2, 0, 1])`. */
  permute(...order: Numbers): Tensor
  /** Two axes swapped; by default the last two. */
  transpose(axis1?: number, axis2?: number): Tensor
  /** One axis moved to another place. */
  moveAxis(from: number, to: number): Tensor
  /** The order of elements reversed along `axes` (default: all). */
  flip(axes?: Axes): Tensor
  /** Shifted along `axis`; what leaves at one end comes in at the other. */
  roll(shift: number | readonly number[], options?: RollOptions): Tensor
  /** Copies laid side by side: `counts` of them along the last axes. */
  tile(...counts: Numbers): Tensor
  /** Every element `count` times in a row along `axis`. */
  repeatInterleave(count: number, options?: { readonly axis?: number }): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ShapeMethods {}
}

/** Numbers one by one or as one array. */
export type Numbers = readonly number[] | readonly [list: readonly number[]]

function listed(numbers: Numbers): readonly number[] {
  const [first] = numbers
  return typeof first === 'object' ? first : (numbers as readonly number[])
}

install<ShapeMethods>({
  reshape(...shape) {
    return reshape(this, listed(shape))
  },
  flatten(options) {
    return flatten(this, options)
  },
  squeeze(axis) {
    return squeeze(this, axis)
  },
  unsqueeze(axis) {
    return unsqueeze(this, axis)
  },
  expand(...shape) {
    return expand(this, listed(shape))
  },
  permute(...order) {
    return permute(this, listed(order))
  },
  transpose(axis1, axis2) {
    return transpose(this, axis1, axis2)
  },
  moveAxis(from, to) {
    return moveAxis(this, from, to)
  },
  flip(axes) {
    return flip(this, axes)
  },
  roll(shift, options) {
    return roll(this, shift, options)
  },
  tile(...counts) {
    return tile(this, listed(counts))
  },
  repeatInterleave(count, options) {
    return repeatInterleave(this, count, options)
  },
})
