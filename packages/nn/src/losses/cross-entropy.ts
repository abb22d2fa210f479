import { formatShape, gather, isFloat, logSoftmax, OpError, sub, type Tensor } from '@samkit/core'
import { type LossOptions, reduceLoss } from './reduction.ts'

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends LossOptions {
  /** How much of each target is spread evenly over all classes, in [0, 1] (Szegedy et al., 2016). Default 0. */
  readonly labelSmoothing?: number
}

/**
 * Cross-entropy of `logits` `[N, C]` against targets: class indices `[N]` (`i32`), or a probability per class `[N, C]`.
 * `-Σ target · log softmax(logits)`, computed without overflow for logits of any size. With `none` one loss per example,
 * `[N]`. Label smoothing ε takes `(1 - ε) target + ε / C` for the target, as in PyTorch.
 *
 * @throws OpError when shapes or dtypes do not fit, or the smoothing is outside [0, 1]; when it runs, if a target is no
 * class.
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0 } = options
  const byIndex = targets.dtype === 'i32' && targets.rank === 1
  const byProbability = isFloat(targets.dtype) && targets.rank === 2 && targets.shape[1] === logits.shape[1]
  if (logits.rank !== 2 || targets.shape[0] !== logits.shape[0] || !(byIndex || byProbability)) {
    throw new OpError(
      'crossEntropy',
      `needs logits [N, C] and i32 targets [N], or probabilities [N, C], got ${formatShape(logits.shape)} and ` +
        `${targets.dtype} ${formatShape(targets.shape)}`,
    )
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new OpError('crossEntropy', `labelSmoothing must be in [0, 1], got ${labelSmoothing}`)
  }
  const logProbs = logSoftmax(logits, { axis: 1 })
  const n = targets.shape[0] ?? 0
  const scores = byIndex
    ? gather(logProbs, 1, targets.reshape(n, 1)).reshape(n)
    : logProbs.mul(targets).sum({ axis: 1 })
  const smoothed =
    labelSmoothing === 0
      ? scores
      : scores.mul(1 - labelSmoothing).add(logProbs.mean({ axis: 1 }).mul(labelSmoothing))
  // 0 - x, because -x would make a loss of 0 a -0.
  return reduceLoss(sub(0, smoothed), options)
}
