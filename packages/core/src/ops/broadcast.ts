import {
  allocate,
  type DType,
  type HostArray,
  type Shape,
  type TensorSpec,
  type TypedArray,
} from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import {
  type Axes,
  broadcastShapes,
  checkShape,
  formatShape,
  reducedShape,
  resolveAxes,
  sameShape,
  sizeOf,
} from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { broadcastStrides, eachRow, lastStride } from '../reference/strided.ts'
import { cast } from './cast.ts'
import { checkFlag, checkOptions, checkTensor, numbersOf } from './check.ts'
import { applyPrimitive, defineOp, type Op } from './define.ts'
import { reshape } from './reshape.ts'

// Repeating along an axis and summing over it are each other's transpose, so they live together.

const expandPrimitive: Primitive<readonly [Tensor], { readonly shape: Shape }> = {
  name: 'expand',
  family: 'movement',
  infer: ([x], { shape }) => {
    checkShape('expand', shape)
    if (x.shape.length > shape.length || !sameShape(broadcastShapes('expand', x.shape, shape), shape)) {
      throw new OpError(
        'expand',
        `${formatShape(x.shape)} does not expand to ${formatShape(shape)}: only axes of size 1 (and new leading ones) repeat`,
      )
    }
    return { shape, dtype: x.dtype }
  },
  vjp: (ct, [x]) => [sumTo(ct, x.shape)],
  jvp: ([t], _, { shape }) => expand(t as Tensor, shape),
  reference: ([x], _, output) => repeated(x, output),
}

/**
 * Repeats axes of size 1, and adds leading axes, until the shape is `shape` (NumPy's `broadcast_to`). A -1 keeps
 * the size that is there.
 *
 * @throws OpError when an axis of another size than 1 would have to change.
 */
export const expand: Op<[x: Tensor, shape: Shape]> = defineOp(expandPrimitive, (apply) => (x, shape) => {
  checkTensor('expand', x)
  const target = numbersOf('expand', 'the shape', shape)
  const shift = target.length - x.rank
  const resolved = target.map((n, axis) => {
    if (n !== -1) return n
    const kept = x.shape[axis - shift]
    if (kept !== undefined) return kept
    throw new OpError(
      'expand',
      `axis ${axis} of ${formatShape(shape)} is new to ${formatShape(x.shape)}: -1 has no size to keep`,
    )
  })
  return sameShape(x.shape, resolved) ? x : apply([x], { shape: resolved })
})

/** `expand` to a shape that is known to fit. */
function repeatTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : applyPrimitive(expandPrimitive, [x], { shape })
}

function repeated(x: HostArray, output: TensorSpec): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const strides = broadcastStrides(x.shape, output.shape)
  const n = output.shape.at(-1) ?? 1
  const step = lastStride(strides)
  eachRow(output.shape, [strides], (o, [from]) => {
    if (step === 0) out.fill(x.data[from!]!, o, o + n)
    else for (let i = 0; i < n; i++) out[o + i] = x.data[from! + i]!
  })
  return out
}

/** Over which axes a reduction runs, and whether they stay with size 1. */
export interface ReduceOptions {
  /** One axis or several; negative ones count from the end. Default: all of them. */
  readonly axis?: Axes
  /** Keep the reduced axes with size 1, so that the result broadcasts against the input. Default false. */
  readonly keepDims?: boolean
}

/** Attributes of a reduction: axes as sorted indices from the front. */
export interface ReduceAttrs {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

/** A reduction's axes and `keepDims`, resolved for `x`. */
export function reduceAttrs(op: string, x: TensorSpec, options: ReduceOptions): ReduceAttrs {
  checkOptions(op, options, ['axis', 'keepDims'])
  const { axis, keepDims = false } = options
  checkFlag(op, 'keepDims', keepDims)
  return { axes: resolveAxes(op, axis, x.shape.length), keepDims }
}

/** The reduced value with its reduced axes put back as size 1. */
export function restoreAxes(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reshape(reduced, reducedShape(shape, axes, true))
}

const sumPrimitive: Primitive<readonly [Tensor], ReduceAttrs> = {
  name: 'sum',
  family: 'reduction',
  infer: ([x], { axes, keepDims }) => {
    if (x.dtype === 'bool') throw new OpError('sum', 'needs numbers, got bool; cast it first')
    return { shape: reducedShape(x.shape, axes, keepDims), dtype: x.dtype }
  },
  vjp: (ct, [x], { axes }) => [repeatTo(restoreAxes(ct, x.shape, axes), x.shape)],
  jvp: ([t], _, { axes, keepDims }) => sum(t as Tensor, { axis: axes, keepDims }),
  reference: ([x], { axes }, output) => {
    const total = new Float64Array(sizeOf(output.shape))
    const strides = broadcastStrides(reducedShape(x.shape, axes, true), x.shape)
    const n = x.shape.at(-1) ?? 1
    const step = lastStride(strides)
    eachRow(x.shape, [strides], (from, [o]) => {
      for (let i = 0; i < n; i++) total[o! + i * step]! += x.data[from + i]!
    })
    return output.dtype === 'f64' ? total : toDtype(total, output.dtype)
  },
}

function toDtype(values: Float64Array, dtype: DType): TypedArray {
  const out = allocate(dtype, values.length)
  out.set(values)
  return out
}

/**
 * The sum over `axis` (default: all). An empty sum is 0. Booleans are counted, in `i32`; `i32` sums wrap.
 */
export const sum: Op<[x: Tensor, options?: ReduceOptions]> = defineOp(
  sumPrimitive,
  (apply) =>
    (x, options = {}) => {
      checkTensor('sum', x)
      const counted = x.dtype === 'bool' ? cast(x, 'i32') : x
      const attrs = reduceAttrs('sum', x, options)
      return attrs.axes.length === 0 ? counted : apply([counted], attrs)
    },
)

/** Sums `x` down to `shape`, undoing a broadcast from `shape` to `x.shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const shift = x.rank - shape.length
  const axes = x.shape.flatMap((n, axis) =>
    axis < shift || (shape[axis - shift] === 1 && n !== 1) ? [axis] : [],
  )
  // Where all axes to sum over lead, dropping them gives the shape.
  return reshape(applyPrimitive(sumPrimitive, [x], { axes, keepDims: axes.length !== shift }), shape)
}
