import { isFloat, type Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { broadcastShapes, formatShape, sameShape } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { lt } from '../ops/compare.ts'
import { draw } from './draw.ts'

/**
 * `bool`, true with probability `p`: a number, or floats that broadcast to `shape` (default: the shape of `p`).
 * Exact at 0 (never) and 1 (always); in between `p` counts as rounded up to 24 bits after the point (53 for an `f64`
 * tensor). Elements of a tensor below 0 count as 0, above 1 as 1, and NaN as 0.
 *
 * @throws OpError when `key` is not a key, a number `p` is outside [0, 1], or a tensor `p` does not fit.
 */
export function bernoulli(key: Tensor, p: number | Tensor, shape?: Shape): Tensor {
  if (!(p instanceof Tensor)) {
    if (!(p >= 0 && p <= 1)) {
      throw new OpError('bernoulli', `the probability must be in [0, 1], got ${String(p)}`)
    }
    return lt(draw('bernoulli', key, shape ?? [], 'f32'), p)
  }
  if (!isFloat(p.dtype)) throw new OpError('bernoulli', `probabilities must be f32 or f64, got ${p.dtype}`)
  const target = shape ?? p.shape
  if (!sameShape(broadcastShapes('bernoulli', p.shape, target), target)) {
    const [from, to] = [formatShape(p.shape), formatShape(target)]
    throw new OpError('bernoulli', `probabilities of shape ${from} do not broadcast to ${to}`)
  }
  return lt(draw('bernoulli', key, target, p.dtype === 'f64' ? 'f64' : 'f32'), p)
}
