import { allocate, type HostArray, type Shape, type TensorSpec } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { kindOf } from '../graph/kind-of.ts'
import { formatShape, resolveAxis, sizeOf, stridesOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { broadcastStrides, eachRow, lastStride } from '../reference/strided.ts'
import { checkTensor } from './check.ts'
import { defineOp, type Op } from './define.ts'

// Reading by index and adding by index are each other's transpose, so they live together.

/** The index may have size 1 along any axis but `axis`: it is then the same for the whole of that axis. */
function checkIndex(op: string, x: Shape, index: TensorSpec, axis: number): void {
  if (index.dtype !== 'i32') throw new OpError(op, `the index must be i32, got ${index.dtype}; cast it first`)
  const fits =
    index.shape.length === x.length && index.shape.every((n, a) => a === axis || n === 1 || n === x[a])
  if (!fits) {
    throw new OpError(
      op,
      `an index of shape ${formatShape(index.shape)} does not fit ${formatShape(x)} along axis ${axis}: ` +
        'it needs the same rank, and on the other axes the same sizes or 1',
    )
  }
}

/**
 * Visits every element of the indexed side with its place on the other side. `small` is the shape that has one
 * element per index (a gather's output, a scatter's updates), `large` the one that is indexed into.
 */
function eachIndexed(
  op: string,
  index: HostArray,
  small: Shape,
  large: Shape,
  axis: number,
  visit: (small: number, large: number) => void,
): void {
  const length = large[axis]!
  const own = stridesOf(large)
  const along = own[axis]!
  const others = own.map((s, a) => (a === axis ? 0 : s))
  const indexStrides = broadcastStrides(index.shape, small)
  const n = small.at(-1) ?? 1
  const stepIndex = lastStride(indexStrides)
  const stepOther = lastStride(others)
  eachRow(small, [indexStrides, others], (row, [at, base]) => {
    for (let i = 0; i < n; i++) {
      const k = index.data[at! + i * stepIndex]!
      if (k < 0 || k >= length) {
        throw new OpError(
          op,
          `index ${k} is out of range: axis ${axis} of ${formatShape(large)} has indices 0 to ${length - 1}`,
        )
      }
      visit(row + i, base! + i * stepOther + k * along)
    }
  })
}

const gatherPrimitive: Primitive<readonly [Tensor, Tensor], { readonly axis: number }> = {
  name: 'gather',
  family: 'indexing',
  infer: ([x, index], { axis }) => {
    checkIndex('gather', x.shape, index, axis)
    return { shape: x.shape.map((n, a) => (a === axis ? (index.shape[axis] ?? 0) : n)), dtype: x.dtype }
  },
  vjp: (ct, [x, index], { axis }) => [scatterAdd(ct, index, axis, x.shape[axis] ?? 0), null],
  jvp: ([t], [, index], { axis }) => gather(t as Tensor, axis, index),
  reference: ([x, index], { axis }, output) => {
    const out = allocate(output.dtype, sizeOf(output.shape))
    eachIndexed('gather', index, output.shape, x.shape, axis, (o, from) => {
      out[o] = x.data[from]!
    })
    return out
  },
}

/**
 * Picks elements along `axis` by an `i32` index of the same rank: `out[i][j] = x[index[i][j]][j]` for axis 0 of a
 * matrix (PyTorch's `gather`, NumPy's `take_along_axis`). An index of size 1 along another axis serves the whole of it.
 *
 * @throws OpError when shapes do not fit; RunError, when it runs, if an index is out of range.
 */
export const gather: Op<[x: Tensor, axis: number, index: Tensor]> = defineOp(
  gatherPrimitive,
  (apply) => (x, axis, index) => {
    checkTensor('gather', x, index)
    return apply([x, index], { axis: resolveAxis('gather', axis, x.rank) })
  },
)

const scatterAddPrimitive: Primitive<
  readonly [Tensor, Tensor],
  { readonly axis: number; readonly size: number }
> = {
  name: 'scatterAdd',
  family: 'indexing',
  infer: ([updates, index], { axis, size }) => {
    checkIndex('scatterAdd', updates.shape, index, axis)
    if (index.shape[axis] !== updates.shape[axis]) {
      throw new OpError(
        'scatterAdd',
        `updates ${formatShape(updates.shape)} and index ${formatShape(index.shape)} must be of one size along axis ${axis}`,
      )
    }
    if (updates.dtype === 'bool') throw new OpError('scatterAdd', 'needs numbers, got bool')
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new OpError(
        'scatterAdd',
        `size must be a whole number of at least 0, got ${typeof size === 'number' ? size : kindOf(size)}`,
      )
    }
    return { shape: updates.shape.map((n, a) => (a === axis ? size : n)), dtype: updates.dtype }
  },
  vjp: (ct, [, index], { axis }) => [gather(ct, axis, index), null],
  jvp: ([t], [, index], { axis, size }) => scatterAdd(t as Tensor, index, axis, size),
  reference: ([updates, index], { axis }, output) => {
    const total = new Float64Array(sizeOf(output.shape))
    eachIndexed('scatterAdd', index, updates.shape, output.shape, axis, (from, o) => {
      total[o]! += updates.data[from]!
    })
    const out = allocate(output.dtype, total.length)
    out.set(total)
    return out
  },
}

/**
 * Adds `updates` into zeros of `size` along `axis`, at the places `index` names; repeated indices accumulate. The
 * transpose of {@link gather}.
 *
 * @throws OpError when shapes do not fit; RunError, when it runs, if an index is out of range.
 */
export const scatterAdd: Op<[updates: Tensor, index: Tensor, axis: number, size: number]> = defineOp(
  scatterAddPrimitive,
  (apply) => (updates, index, axis, size) => {
    checkTensor('scatterAdd', updates, index)
    return apply([updates, index], { axis: resolveAxis('scatterAdd', axis, updates.rank), size })
  },
)
