import { formatShape, gather, logSoftmax, OpError, sub, type Tensor } from '@samkit/core'

/** How a loss is summed up over the batch. */
export interface LossOptions {
  /** `mean` (default) and `sum` give a scalar, `none` one loss per example, shape `[N]`. */
  readonly reduction?: 'mean' | 'sum' | 'none'
}

/** Sums up per-example losses. */
export function reduceLoss(losses: Tensor, { reduction = 'mean' }: LossOptions): Tensor {
  if (reduction === 'none') return losses
  return reduction === 'sum' ? losses.sum() : losses.mean()
}

/**
 * Cross-entropy of `logits` `[N, C]` against class indices `targets` `[N]` (`i32`): `-log softmax(logits)[target]`, computed
 * without overflow for logits of any size.
 *
 * @throws OpError when the shapes do not fit or targets are not `i32`; when it runs, if a target is no class.
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  if (
    logits.rank !== 2 ||
    targets.rank !== 1 ||
    logits.shape[0] !== targets.shape[0] ||
    targets.dtype !== 'i32'
  ) {
    throw new OpError(
      'crossEntropy',
      `needs logits [N, C] and i32 targets [N], got ${formatShape(logits.shape)} and ` +
        `${targets.dtype} ${formatShape(targets.shape)}`,
    )
  }
  const n = targets.size
  const chosen = gather(logSoftmax(logits, { axis: 1 }), 1, targets.reshape(n, 1))
  // 0 - x, because -x would make a loss of 0 a -0.
  return reduceLoss(sub(0, chosen.reshape(n)), options)
}
