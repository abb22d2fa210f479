import { softplus, type Tensor } from '@samkit/core'
import { checkSameShape, type LossOptions, reduceLoss } from './reduction.ts'

/** Options of {@link bceWithLogits}. */
export interface BceOptions extends LossOptions {
  /** Weighs the positive part of each loss; broadcasts against the logits. Above 1 raises recall. Default 1. */
  readonly posWeight?: Tensor | number
}

/**
 * Binary cross-entropy of `logits` against targets in [0, 1] of the same shape:
 * `-w t log σ(x) - (1 - t) log(1 - σ(x))`, computed without overflow for logits of any size. With `none` one loss per
 * element.
 *
 * @throws OpError when the shapes differ.
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: BceOptions = {}): Tensor {
  checkSameShape('bceWithLogits', logits, targets)
  const t = targets.cast(logits.dtype)
  const { posWeight = 1 } = options
  // log σ(x) = -softplus(-x) and log(1 - σ(x)) = -x - softplus(-x).
  const weight = posWeight === 1 ? null : t.mul(posWeight).sub(t).add(1)
  const tail = softplus(logits.neg())
  const losses = logits.mul(t.neg().add(1)).add(weight === null ? tail : tail.mul(weight))
  return reduceLoss(losses, options)
}
