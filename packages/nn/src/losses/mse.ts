import type { Tensor } from '@samkit/core'
import { checkSameShape, type LossOptions, reduceLoss } from './reduction.ts'

/**
 * The squared difference of predictions and targets of the same shape. With `none` one loss per element.
 *
 * @throws OpError when the shapes differ.
 */
export function mse(outputs: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkSameShape('mse', outputs, targets)
  return reduceLoss(outputs.sub(targets).square(), options)
}
