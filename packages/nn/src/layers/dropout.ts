import { bernoulli, OpError, type Shape, type Tensor, where } from '@samkit/core'
import type { Context } from '../context.ts'
import type { Layer } from '../layer.ts'
import { lambda } from '../module.ts'

/**
 * In training, zeroes each element with probability `rate` and scales the others by 1/(1 - rate); otherwise the identity
 * (Srivastava et al., 2014). The mask depends on the context's key alone, so both passes of a SAM step drop the same.
 *
 * @throws OpError when `rate` is not in [0, 1), or when training without a key.
 */
export function dropout(rate: number): Layer<Readonly<Record<string, never>>> {
  return dropping('dropout', rate, (x) => x.shape)
}

/**
 * Stochastic depth (Huang et al., 2016): in training, zeroes all of an example's values with probability `rate` and
 * scales the other examples by 1/(1 - rate); otherwise the identity. Belongs at the end of a residual branch. The first
 * axis counts the examples.
 *
 * @throws OpError when `rate` is not in [0, 1), or when training without a key.
 */
export function dropPath(rate: number): Layer<Readonly<Record<string, never>>> {
  return dropping('dropPath', rate, (x) => x.shape.map((n, axis) => (axis === 0 ? n : 1)))
}

function dropping(
  op: string,
  rate: number,
  maskShape: (x: Tensor) => Shape,
): Layer<Readonly<Record<string, never>>> {
  if (!(rate >= 0 && rate < 1)) throw new OpError(op, `the rate must be in [0, 1), got ${rate}`)
  return lambda((x: Tensor, context: Context) => {
    // The key is asked for last, since it is only worked out then.
    if (!context.training || rate === 0) return x
    const { key } = context
    if (key === null) throw new OpError(op, 'training needs a random key in the context')
    return where(bernoulli(key, 1 - rate, maskShape(x)), x.mul(1 / (1 - rate)), 0)
  })
}
