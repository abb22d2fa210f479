import { isFloat } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { formatShape, resolveAxis } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import { argmax } from '../ops/extrema.ts'
import { where } from '../ops/select.ts'
import { drawFolded, type RealDType } from './draw.ts'
import { negLog, negLog1m } from './exact-log.ts'

/** Options of `categorical`. */
export interface CategoricalOptions {
  /** The axis of `logits` that runs over the categories; negative ones count from the end. Default -1. */
  readonly axis?: number
}

/**
 * A category (`i32`) for each distribution given by `logits` along `axis`: index `k` with probability
 * `softmax(logits)[k]`. The result has the shape of `logits` without that axis. A category with logit -∞ is never
 * drawn, unless all are.
 *
 * The largest of `logits + g`, with `g` standard Gumbel numbers (Yellott, "The relationship between Luce's choice
 * axiom, Thurstone's theory of comparative judgment, and the double exponential distribution", 1977). `g` is composed
 * of + - * / and sqrt, so the same logits give the same categories on every backend; see `normal`.
 *
 * @throws OpError when `key` is not a key, the logits are not floats, or the axis is not there or has size 0.
 */
export function categorical(key: Tensor, logits: Tensor, { axis = -1 }: CategoricalOptions = {}): Tensor {
  if (!isFloat(logits.dtype))
    throw new OpError('categorical', `logits must be f32 or f64, got ${logits.dtype}`)
  const over = resolveAxis('categorical', axis, logits.rank)
  if (logits.shape[over] === 0) {
    throw new OpError(
      'categorical',
      `axis ${over} of ${formatShape(logits.shape)} has no categories to draw from`,
    )
  }
  return argmax(add(logits, gumbel(key, logits.shape, logits.dtype === 'f64' ? 'f64' : 'f32')), {
    axis: over,
  })
}

/** Standard Gumbel numbers, `-log E` for exponential `E = -log u`: at the end where `u` is near 1 from `1 - u`. */
function gumbel(key: Tensor, shape: readonly number[], dtype: RealDType): Tensor {
  const { distance, upper, least } = drawFolded('categorical', key, shape, dtype)
  const exponential = where(upper, negLog1m(distance), negLog(distance, least))
  return negLog(exponential, least)
}
