import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { checkTensor } from '../ops/check.ts'
import { unsqueeze } from './axes.ts'

/**
 * All products of an element of `a` `[N]` with one of `b` `[M]`: `[N, M]`.
 *
 * @throws OpError when one of them is no vector.
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  checkTensor('outer', a, b)
  if (a.rank !== 1 || b.rank !== 1) {
    throw new OpError('outer', `needs two vectors, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`)
  }
  return mul(unsqueeze(a, 1), b)
}

/**
 * The scalar product of two vectors of the same size.
 *
 * @throws OpError when they are no vectors or differ in size.
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  checkTensor('dot', a, b)
  if (a.rank !== 1 || b.rank !== 1 || a.size !== b.size) {
    throw new OpError(
      'dot',
      `needs two vectors of the same size, got ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    )
  }
  return sum(mul(a, b))
}
