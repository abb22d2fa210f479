import { bernoulli, OpError, where } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { lambda } from '../module.ts'

/**
 * In training, zeroes each element with probability `rate` and scales the others by 1/(1 - rate); otherwise the identity
 * (Srivastava et al., 2014). The mask depends on the context's key alone, so both passes of a SAM step drop the same.
 *
 * @throws OpError when `rate` is not in [0, 1), or when training without a key.
 */
export function dropout(rate: number): Layer<Readonly<Record<string, never>>> {
  if (!(rate >= 0 && rate < 1)) throw new OpError('dropout', `the rate must be in [0, 1), got ${rate}`)
  return lambda((x, { training, key }) => {
    if (!training || rate === 0) return x
    if (key === null) throw new OpError('dropout', 'training needs a random key in the context')
    return where(bernoulli(key, 1 - rate, x.shape), x.mul(1 / (1 - rate)), 0)
  })
}
