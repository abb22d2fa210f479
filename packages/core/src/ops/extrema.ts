import { allocate, type HostArray, isFloat, type TensorSpec, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatShape, reducedShape, resolveAxis, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { broadcastStrides, eachRow, lastStride } from '../reference/strided.ts'
import { div, mul } from './arithmetic.ts'
import { type ReduceAttrs, type ReduceOptions, reduceAttrs, restoreAxes, sum } from './broadcast.ts'
import { cast } from './cast.ts'
import { checkFlag, checkOptions, checkTensor } from './check.ts'
import { eq } from './compare.ts'
import { defineOp, type Op } from './define.ts'
import { fullLike } from './leaves.ts'

type Better = (candidate: number, best: number) => boolean

// NaN wins every contest, so that it is seen and not lost.
const larger: Better = (candidate, best) => candidate > best || isFirstNaN(candidate, best)
const smaller: Better = (candidate, best) => candidate < best || isFirstNaN(candidate, best)
const isFirstNaN: Better = (candidate, best) => Number.isNaN(candidate) && !Number.isNaN(best)

function refuseEmpty(op: string, x: TensorSpec, axes: readonly number[]): void {
  if (axes.some((axis) => x.shape[axis] === 0) && sizeOf(reducedShape(x.shape, axes, true)) > 0) {
    throw new OpError(op, `has no value over an axis of size 0 in ${formatShape(x.shape)}`)
  }
}

function defineExtremum(name: string, better: Better): Op<[x: Tensor, options?: ReduceOptions]> {
  /** Each winner's share: ties divide the gradient evenly. */
  const shareOf = (x: Tensor, y: Tensor, axes: readonly number[]): Tensor => {
    const wins = cast(eq(x, restoreAxes(y, x.shape, axes)), x.dtype)
    return div(wins, sum(wins, { axis: axes, keepDims: true }))
  }
  const primitive: Primitive<readonly [Tensor], ReduceAttrs> = {
    name,
    family: 'reduction',
    infer: ([x], { axes, keepDims }) => {
      if (x.dtype === 'bool') throw new OpError(name, 'needs numbers, got bool; use any() or all()')
      refuseEmpty(name, x, axes)
      return { shape: reducedShape(x.shape, axes, keepDims), dtype: x.dtype }
    },
    vjp: (ct, [x], { axes }, y) => [
      isFloat(x.dtype) ? mul(restoreAxes(ct, x.shape, axes), shareOf(x, y, axes)) : null,
    ],
    jvp: ([t], [x], { axes, keepDims }, y) =>
      sum(mul(t as Tensor, shareOf(x, y, axes)), { axis: axes, keepDims }),
    reference: ([x], { axes }, output) => bestOf(x, axes, output, better),
  }
  return defineOp(primitive, (apply) => (x, options = {}) => {
    checkTensor(name, x)
    const attrs = reduceAttrs(name, x, options)
    return attrs.axes.length === 0 && x.dtype !== 'bool' ? x : apply([x], attrs)
  })
}

function bestOf(x: HostArray, axes: readonly number[], output: TensorSpec, better: Better): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const seen = new Uint8Array(out.length)
  const strides = broadcastStrides(reducedShape(x.shape, axes, true), x.shape)
  const n = x.shape.at(-1) ?? 1
  const step = lastStride(strides)
  eachRow(x.shape, [strides], (from, [first]) => {
    for (let i = 0; i < n; i++) {
      const o = first! + i * step
      const value = x.data[from + i]!
      if (seen[o] === 0 || better(value, out[o]!)) out[o] = value
      seen[o] = 1
    }
  })
  return out
}

/**
 * The largest element over `axis` (default: all); NaN if there is one. Ties share the gradient evenly, as in
 * PyTorch's `amax`.
 *
 * @throws OpError over an axis of size 0, which has no largest element.
 */
export const max: Op<[x: Tensor, options?: ReduceOptions]> = defineExtremum('max', larger)

/**
 * The smallest element over `axis` (default: all); NaN if there is one. Ties share the gradient evenly, as in
 * PyTorch's `amin`.
 *
 * @throws OpError over an axis of size 0, which has no smallest element.
 */
export const min: Op<[x: Tensor, options?: ReduceOptions]> = defineExtremum('min', smaller)

/** Options of `argmax` and `argmin`. */
export interface ArgOptions {
  /** The axis to search along; negative ones count from the end. */
  readonly axis: number
  /** Keep the searched axis with size 1. Default false. */
  readonly keepDims?: boolean
}

function defineArg(name: string, better: Better): Op<[x: Tensor, options: ArgOptions]> {
  const primitive: Primitive<readonly [Tensor], ReduceAttrs> = {
    name,
    family: 'reduction',
    infer: ([x], { axes, keepDims }) => {
      refuseEmpty(name, x, axes)
      return { shape: reducedShape(x.shape, axes, keepDims), dtype: 'i32' }
    },
    vjp: () => [null],
    jvp: (_, __, ___, y) => fullLike(y, 0),
    reference: ([x], { axes }, output) => bestIndex(x, axes[0]!, output, better),
  }
  return defineOp(primitive, (apply) => (x, options) => {
    checkTensor(name, x)
    checkOptions(name, options, ['axis', 'keepDims'])
    const { axis, keepDims = false } = options
    checkFlag(name, 'keepDims', keepDims)
    return apply([x], { axes: [resolveAxis(name, axis, x.rank)], keepDims })
  })
}

function bestIndex(x: HostArray, axis: number, output: TensorSpec, better: Better): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const length = x.shape[axis]!
  const inner = sizeOf(x.shape.slice(axis + 1))
  for (let o = 0; o < out.length; o++) {
    const start = Math.floor(o / inner) * length * inner + (o % inner)
    let best = 0
    for (let k = 1; k < length; k++) {
      if (better(x.data[start + k * inner]!, x.data[start + best * inner]!)) best = k
    }
    out[o] = best
  }
  return out
}

/** The index (`i32`) of the largest element along `axis`, the first one at a tie; of the first NaN if there is one. */
export const argmax: Op<[x: Tensor, options: ArgOptions]> = defineArg('argmax', larger)

/** The index (`i32`) of the smallest element along `axis`, the first one at a tie; of the first NaN if there is one. */
export const argmin: Op<[x: Tensor, options: ArgOptions]> = defineArg('argmin', smaller)
