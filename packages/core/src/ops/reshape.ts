import type { HostArray, Shape, TensorSpec, TypedArray } from '../graph/dtype.ts'
import { allocate } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { checkShape, formatShape, resolveAxis, sameShape, sizeOf, stridesOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { eachRow, lastStride } from '../reference/strided.ts'
import { checkTensor, numbersOf } from './check.ts'
import { defineOp, type Op } from './define.ts'

const reshapePrimitive: Primitive<readonly [Tensor], { readonly shape: Shape }> = {
  name: 'reshape',
  family: 'movement',
  infer: ([x], { shape }) => {
    checkShape('reshape', shape)
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new OpError(
        'reshape',
        `${formatShape(x.shape)} has ${sizeOf(x.shape)} elements, ${formatShape(shape)} would have ${sizeOf(shape)}; a size of -1 is worked out from the rest`,
      )
    }
    return { shape, dtype: x.dtype }
  },
  vjp: (ct, [x]) => [reshape(ct, x.shape)],
  jvp: ([t], _, { shape }) => reshape(t as Tensor, shape),
  reference: ([x]) => x.data,
}

/**
 * The same elements, in row-major order, under another shape. One size may be -1: it is worked out from the rest.
 *
 * @throws OpError when the number of elements differs.
 */
export const reshape: Op<[x: Tensor, shape: Shape]> = defineOp(reshapePrimitive, (apply) => (x, shape) => {
  checkTensor('reshape', x)
  if (Array.isArray(shape) && sameShape(x.shape, shape)) return x
  const resolved = fillIn(x.shape, numbersOf('reshape', 'the shape', shape))
  return sameShape(x.shape, resolved) ? x : apply([x], { shape: resolved })
})

function fillIn(from: Shape, shape: Shape): Shape {
  const open = shape.indexOf(-1)
  if (open < 0) return shape
  const known = sizeOf(shape.filter((_, axis) => axis !== open))
  const missing = sizeOf(from) / known
  if (!Number.isInteger(missing) || known < 0) {
    throw new OpError(
      'reshape',
      `no size for -1 makes ${formatShape(shape)} hold the ${sizeOf(from)} elements of ${formatShape(from)}`,
    )
  }
  return shape.map((n, axis) => (axis === open ? missing : n))
}

const permutePrimitive: Primitive<readonly [Tensor], { readonly order: readonly number[] }> = {
  name: 'permute',
  family: 'movement',
  infer: ([x], { order }) => {
    if (order.length !== x.shape.length || order.some((axis, i) => order.indexOf(axis) !== i)) {
      throw new OpError(
        'permute',
        `${formatShape(order)} must name each axis of ${formatShape(x.shape)} exactly once`,
      )
    }
    return { shape: order.map((axis) => x.shape[axis] ?? 0), dtype: x.dtype }
  },
  vjp: (ct, _, { order }) => [permute(ct, invert(order))],
  jvp: ([t], _, { order }) => permute(t as Tensor, order),
  reference: ([x], { order }, output) => transposed(x, order, output),
}

/** The axes in another order: axis `i` of the result is axis `order[i]` of `x`. Negative axes count from the end. */
export const permute: Op<[x: Tensor, order: readonly number[]]> = defineOp(
  permutePrimitive,
  (apply) => (x, order) => {
    checkTensor('permute', x)
    const resolved = numbersOf('permute', 'the order', order).map((axis) =>
      resolveAxis('permute', axis, x.rank),
    )
    return resolved.length === x.rank && resolved.every((axis, i) => axis === i)
      ? x
      : apply([x], { order: resolved })
  },
)

function invert(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis))
}

function transposed(x: HostArray, order: readonly number[], output: TensorSpec): TypedArray {
  const out = allocate(output.dtype, sizeOf(output.shape))
  const own = stridesOf(x.shape)
  const strides = order.map((axis) => own[axis]!)
  const n = output.shape.at(-1) ?? 1
  const step = lastStride(strides)
  eachRow(output.shape, [strides], (o, [from]) => {
    for (let i = 0; i < n; i++) out[o + i] = x.data[from! + i * step]!
  })
  return out
}
