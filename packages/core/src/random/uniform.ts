import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { where } from '../ops/select.ts'
import { checkReal, draw, type RealDType, rounded } from './draw.ts'

/** The range and dtype of uniform numbers. */
export interface UniformOptions {
  /** The smallest number drawn. Default 0. */
  readonly low?: number
  /** All numbers drawn are below it. Default 1. */
  readonly high?: number
  /** Default `f32`, with 24 random bits a number; `f64` has 53. */
  readonly dtype?: RealDType
}

/**
 * Numbers uniform in [`low`, `high`). The same key with a longer shape starts, in row-major order, with the same
 * numbers.
 *
 * @throws OpError when `key` is not a key, `shape` no shape, or `low` not below `high`, as the dtype stores them.
 */
export function uniform(key: Tensor, shape: Shape, options: UniformOptions = {}): Tensor {
  const { low = 0, high = 1 } = options
  const dtype = checkReal('uniform', options.dtype ?? 'f32')
  const span = rounded(high, dtype) - rounded(low, dtype)
  if (!(span > 0 && Number.isFinite(rounded(span, dtype)))) {
    throw new OpError('uniform', `needs low below high in ${dtype}, both finite, got ${low} and ${high}`)
  }
  const unit = draw('uniform', key, shape, dtype)
  const scaled = span === 1 ? unit : mul(unit, span)
  if (low === 0) return scaled
  // The sum may round up to `high`, which is as far from any other number drawn as `low` is.
  const shifted = add(scaled, low)
  return where(lt(shifted, high), shifted, low)
}
