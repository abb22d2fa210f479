import { OpError, type Tensor, where } from '@samkit/core'
import { checkSameShape, type LossOptions, reduceLoss } from './reduction.ts'

/** Options of {@link huber}. */
export interface HuberOptions extends LossOptions {
  /** Where the square ends and the straight line begins, above 0. Default 1. */
  readonly delta?: number
}

/**
 * Half the squared difference up to `delta`, `delta · (|difference| - delta / 2)` beyond it (Huber, 1964): a square that
 * outliers do not dominate. With `none` one loss per element.
 *
 * @throws OpError when the shapes differ or `delta` is not above 0.
 */
export function huber(outputs: Tensor, targets: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1 } = options
  if (!(delta > 0)) throw new OpError('huber', `delta must be above 0, got ${delta}`)
  checkSameShape('huber', outputs, targets)
  const difference = outputs.sub(targets)
  const distance = difference.abs()
  const far = distance.sub(0.5 * delta).mul(delta)
  return reduceLoss(where(distance.le(delta), difference.square().mul(0.5), far), options)
}
