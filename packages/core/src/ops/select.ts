import { isFloat } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { broadcastShapes } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { mapTernary } from '../reference/elementwise.ts'
import { expand, sumTo } from './broadcast.ts'
import { checkOperands, checkTensor } from './check.ts'
import { asTensor, commonDtype, commonFloat } from './coerce.ts'
import { defineOp, noAttrs, type Op, type TensorLike } from './define.ts'
import { requireSame } from './elementwise.ts'
import { scalarLike } from './leaves.ts'

const wherePrimitive: Primitive<readonly [Tensor, Tensor, Tensor], object> = {
  name: 'where',
  family: 'ternary',
  infer: ([c, a, b]) => {
    if (c.dtype !== 'bool')
      throw new OpError('where', `the condition must be bool, got ${c.dtype}; compare first, as in x.gt(0)`)
    requireSame('where', a.dtype, b.dtype)
    const shape = broadcastShapes('where', c.shape, broadcastShapes('where', a.shape, b.shape))
    return { shape, dtype: a.dtype }
  },
  vjp: (ct, [c, a, b], _, __, [, toA, toB] = [false, true, true]) => {
    if (!isFloat(ct.dtype)) return [null, null, null]
    return [
      null,
      toA ? sumTo(where(c, ct, scalarLike(ct, 0)), a.shape) : null,
      toB ? sumTo(where(c, scalarLike(ct, 0), ct), b.shape) : null,
    ]
  },
  jvp: ([, ta, tb], [c, a, b], _, y) =>
    expand(where(c, ta ?? scalarLike(a, 0), tb ?? scalarLike(b, 0)), y.shape),
  reference: ([c, a, b], _, output) => mapTernary((k, x, y) => (k !== 0 ? x : y), c, a, b, output),
}

/**
 * `a` where `condition` holds, else `b`, with NumPy broadcasting.
 *
 * The branch not taken gets a gradient of exactly 0. If that branch's own derivative is ∞ or NaN there, the product
 * 0 · ∞ is still NaN, as in every framework of this kind: make the input of the branch safe instead, as in
 * `where(ok, sqrt(where(ok, x, 1)), 0)`.
 */
export const where: Op<[condition: Tensor, a: TensorLike, b: TensorLike]> = defineOp(
  wherePrimitive,
  (apply) => (condition, a, b) => {
    checkTensor('where', condition)
    checkOperands('where', a, b)
    const dtype = commonFloat(a, b) ?? commonDtype([a, b])
    return apply([condition, asTensor(a, dtype, 'where'), asTensor(b, dtype, 'where')], noAttrs)
  },
)
