import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { lt } from '../ops/compare.ts'
import type { TensorLike } from '../ops/define.ts'
import { where } from '../ops/select.ts'
import { shown } from './arguments.ts'

/** The bounds of `clip`: at least one; numbers, or tensors that broadcast. */
export interface ClipOptions {
  /** Smaller elements become this. Default: no lower bound. */
  readonly min?: TensorLike
  /** Larger elements become this. Default: no upper bound. */
  readonly max?: TensorLike
}

/**
 * `x` kept between `min` and `max`. NaN stays NaN.
 *
 * The gradient passes where `min ≤ x ≤ max`, the bounds included, and elsewhere goes to the bound, as in PyTorch.
 *
 * @throws OpError without bounds, and when both are numbers and `min` is above `max`.
 */
export function clip(x: Tensor, options: ClipOptions): Tensor {
  checkTensor('clip', x)
  checkOptions('clip', options, ['min', 'max'])
  const { min, max } = options
  if (min === undefined && max === undefined) throw new OpError('clip', 'needs min, max or both')
  if (
    Number.isNaN(min) ||
    Number.isNaN(max) ||
    (typeof min === 'number' && typeof max === 'number' && min > max)
  ) {
    throw new OpError('clip', `min ${shown(min)} must not be above max ${shown(max)}`)
  }
  const raised = min === undefined ? x : where(lt(x, min), min, x)
  return max === undefined ? raised : where(lt(max, raised), max, raised)
}
