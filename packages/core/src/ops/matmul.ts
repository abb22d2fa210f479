import { allocate, promote } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { broadcastShapes, formatShape, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { expand } from './broadcast.ts'
import { cast } from './cast.ts'
import { checkTensor } from './check.ts'
import { defineOp, noAttrs, type Op } from './define.ts'
import { add, both, requireSame } from './elementwise.ts'
import { permute, reshape } from './reshape.ts'

const matmulPrimitive: Primitive<readonly [Tensor, Tensor], object> = {
  name: 'matmul',
  family: 'contraction',
  infer: ([a, b]) => {
    requireSame('matmul', a.dtype, b.dtype)
    if (a.dtype === 'bool') throw new OpError('matmul', 'needs numbers, got bool')
    const axes = a.shape.length
    const fits =
      axes >= 2 &&
      b.shape.length === axes &&
      a.shape[axes - 1] === b.shape[axes - 2] &&
      a.shape.every((size, axis) => axis >= axes - 2 || size === b.shape[axis])
    if (!fits) {
      throw new OpError(
        'matmul',
        `needs […, M, K] x […, K, N], got ${formatShape(a.shape)} x ${formatShape(b.shape)}`,
      )
    }
    return { shape: a.shape.with(-1, b.shape[axes - 1] ?? 0), dtype: a.dtype }
  },
  vjp: (ct, [a, b], _, __, [toA, toB] = both) => [
    toA ? matmul(ct, transpose(b)) : null,
    toB ? matmul(transpose(a), ct) : null,
  ],
  jvp: ([ta, tb], [a, b]) => {
    const fromA = ta && matmul(ta, b)
    const fromB = tb && matmul(a, tb)
    return fromA && fromB ? add(fromA, fromB) : ((fromA ?? fromB) as Tensor)
  },
  reference: ([a, b], _, output) => {
    const out = allocate(output.dtype, sizeOf(output.shape))
    const [m = 0, k = 0] = a.shape.slice(-2)
    const n = b.shape.at(-1) ?? 0
    const multiply = output.dtype === 'i32' ? Math.imul : (x: number, y: number): number => x * y
    const row = new Float64Array(n)
    const batches = sizeOf(output.shape.slice(0, -2))
    for (let i = 0; i < batches * m; i++) {
      const batch = Math.floor(i / m)
      row.fill(0)
      for (let l = 0; l < k; l++) {
        const x = a.data[i * k + l]!
        const from = (batch * k + l) * n
        for (let j = 0; j < n; j++) row[j]! += multiply(x, b.data[from + j]!)
      }
      for (let j = 0; j < n; j++) out[i * n + j] = row[j]!
    }
    return out
  },
}

/** `x` with its last two axes swapped. */
function transpose(x: Tensor): Tensor {
  const order = x.shape.map((_, axis) => axis)
  return permute(x, [...order.slice(0, -2), x.rank - 1, x.rank - 2])
}

/**
 * The matrix product over the last two axes, `[…, M, K] × […, K, N] → […, M, N]`, batch axes broadcasting as in NumPy.
 * A vector on the left counts as a row, on the right as a column, and its axis is dropped from the result.
 *
 * @throws OpError when the inner sizes differ, the batch axes do not broadcast, or an operand is a scalar.
 */
export const matmul: Op<[a: Tensor, b: Tensor]> = defineOp(matmulPrimitive, (apply) => (a, b) => {
  checkTensor('matmul', a, b)
  if (a.rank === 0 || b.rank === 0) {
    throw new OpError(
      'matmul',
      `${formatShape(a.shape)} x ${formatShape(b.shape)}: a scalar has no rows; use mul`,
    )
  }
  const inner = a.shape.at(-1)
  if (inner !== (b.shape.at(-2) ?? b.shape[0])) {
    throw new OpError(
      'matmul',
      `inner sizes differ: ${formatShape(a.shape)} x ${formatShape(b.shape)}; ` +
        'the last axis of the first must be as long as the second-last of the second',
    )
  }
  const dtype = promote(promote(a.dtype, b.dtype), 'i32')
  const x = cast(a.rank === 1 ? reshape(a, [1, a.size]) : a, dtype)
  const y = cast(b.rank === 1 ? reshape(b, [b.size, 1]) : b, dtype)
  const product = batched(x, y, (p, q) => apply([p, q], noAttrs))
  const shape = product.shape.slice(0, -2)
  if (a.rank > 1) shape.push(product.shape.at(-2) ?? 0)
  if (b.rank > 1) shape.push(product.shape.at(-1) ?? 0)
  return reshape(product, shape)
})

function batched(x: Tensor, y: Tensor, multiply: (x: Tensor, y: Tensor) => Tensor): Tensor {
  const [m = 0, k = 0] = x.shape.slice(-2)
  const n = y.shape.at(-1) ?? 0
  const batchX = x.shape.slice(0, -2)
  if (y.rank === 2) {
    // One matrix for the whole batch: a single large product beats repeating the matrix.
    return reshape(multiply(reshape(x, [sizeOf(batchX) * m, k]), y), [...batchX, m, n])
  }
  const note = ` (the batch axes of ${formatShape(x.shape)} x ${formatShape(y.shape)})`
  const batch = broadcastShapes('matmul', batchX, y.shape.slice(0, -2), note)
  return multiply(expand(x, [...batch, m, k]), expand(y, [...batch, k, n]))
}
