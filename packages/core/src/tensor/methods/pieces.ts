import { type AxisPick, at } from '../../functions/at.ts'
import { indexSelect } from '../../functions/index-select.ts'
import { chunk, type SplitOptions, splitAxis } from '../../functions/join.ts'
import { type OneHotOptions, oneHot } from '../../functions/one-hot.ts'
import { type PadAmount, type PadOptions, pad } from '../../functions/pad.ts'
import { type Sorted, sort, type TopkOptions, topk } from '../../functions/sort.ts'
import { type DiagonalOptions, diagonal, type TriangleOptions, tril, triu } from '../../functions/triangle.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { argsort, type SortOptions } from '../../ops/argsort.ts'
import { gather } from '../../ops/gather.ts'
import { install } from './install.ts'

/** Parts of a tensor, and more around it. */
export interface PieceMethods {
  /** One pick per axis: a number, `[start, stop]`, `[start, stop, step]`, an `i32` tensor, or null for all. */
  at(...picks: readonly AxisPick[]): Tensor
  /** Cut along `axis` (default 0) into pieces of one size, or of the sizes listed. */
  split(sizes: number | readonly number[], options?: SplitOptions): Tensor[]
  /** Cut along `axis` (default 0) into `count` equal pieces. */
  chunk(count: number, options?: SplitOptions): Tensor[]
  /** The elements along `axis` that an `i32` tensor names. */
  indexSelect(axis: number, index: Tensor): Tensor
  /** Elements picked along `axis` by an `i32` index of the same rank. */
  gather(axis: number, index: Tensor): Tensor
  /** For every index a row of `depth` zeros with a 1 at its place. */
  oneHot(depth: number, options?: OneHotOptions): Tensor
  /** Sorted along `axis` (default the last), with the indices it took. */
  sort(options?: SortOptions): Sorted
  /** The indices (`i32`) that would sort it along `axis` (default the last). */
  argsort(options?: SortOptions): Tensor
  /** The `k` largest or smallest elements along `axis` (default the last), with their indices. */
  topk(k: number, options?: TopkOptions): Sorted
  /** Elements added around it: one pair `[before, after]` per axis, the last pair for the last axis. */
  pad(amounts: readonly PadAmount[], options?: PadOptions): Tensor
  /** The lower triangle of the last two axes; zeros above. */
  tril(options?: TriangleOptions): Tensor
  /** The upper triangle of the last two axes; zeros below. */
  triu(options?: TriangleOptions): Tensor
  /** The diagonal of the matrices that two axes form. */
  diagonal(options?: DiagonalOptions): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends PieceMethods {}
}

install<PieceMethods>({
  at(...picks) {
    return at(this, ...picks)
  },
  split(sizes, options) {
    return splitAxis(this, sizes, options)
  },
  chunk(count, options) {
    return chunk(this, count, options)
  },
  indexSelect(axis, index) {
    return indexSelect(this, axis, index)
  },
  gather(axis, index) {
    return gather(this, axis, index)
  },
  oneHot(depth, options) {
    return oneHot(this, depth, options)
  },
  sort(options) {
    return sort(this, options)
  },
  argsort(options) {
    return argsort(this, options)
  },
  topk(k, options) {
    return topk(this, k, options)
  },
  pad(amounts, options) {
    return pad(this, amounts, options)
  },
  tril(options) {
    return tril(this, options)
  },
  triu(options) {
    return triu(this, options)
  },
  diagonal(options) {
    return diagonal(this, options)
  },
})
