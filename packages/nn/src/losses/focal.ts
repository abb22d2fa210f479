import {
  formatShape,
  gather,
  logSoftmax,
  OpError,
  onesLike,
  softplus,
  sub,
  type Tensor,
  where,
} from '@samkit/core'
import { checkSameShape, type LossOptions, reduceLoss } from './reduction.ts'

/** Options of {@link focal}. */
export interface FocalOptions extends LossOptions {
  /** How much easy examples are played down, at least 0. Default 2; 0 is cross-entropy. */
  readonly gamma?: number
  /** A weight per class, `[C]`. Default: 1 each. */
  readonly alpha?: Tensor
}

/**
 * The focal loss for one class out of many: `-α (1 - p)^γ log p`, where p is the softmax probability of the target
 * (Lin et al., 2017, eq. 5, for more than two classes). `logits` `[N, C]`, class indices `[N]` (`i32`). With `none` one
 * loss per example.
 *
 * @throws OpError when shapes or dtypes do not fit or `gamma` is negative; when it runs, if a target is no class.
 */
export function focal(logits: Tensor, targets: Tensor, options: FocalOptions = {}): Tensor {
  const { alpha } = options
  const gamma = checkGamma('focal', options.gamma)
  const [n = 0, classes = 0] = logits.shape
  if (logits.rank !== 2 || targets.dtype !== 'i32' || formatShape(targets.shape) !== `[${n}]`) {
    throw new OpError(
      'focal',
      `needs logits [N, C] and i32 targets [N], got ${formatShape(logits.shape)} and ` +
        `${targets.dtype} ${formatShape(targets.shape)}`,
    )
  }
  if (alpha !== undefined && formatShape(alpha.shape) !== `[${classes}]`) {
    throw new OpError(
      'focal',
      `alpha needs a weight per class, [${classes}], got ${formatShape(alpha.shape)}`,
    )
  }
  const logP = gather(logSoftmax(logits, { axis: 1 }), 1, targets.reshape(n, 1)).reshape(n)
  // 1 - p without cancellation where p is almost 1.
  const losses = sub(0, logP).mul(modulation(logP.expm1().neg(), gamma))
  return reduceLoss(alpha === undefined ? losses : losses.mul(alpha.indexSelect(0, targets)), options)
}

/** Options of {@link sigmoidFocal}. */
export interface SigmoidFocalOptions extends LossOptions {
  /** How much easy examples are played down, at least 0. Default 2. */
  readonly gamma?: number
  /** Weight of positives, in [0, 1]; negatives get 1 - alpha. Null: no weights. Default 0.25. */
  readonly alpha?: number | null
}

/**
 * The focal loss for yes or no, element by element: `-α (1 - p)^γ log p`, where p is the probability given to what is
 * true (Lin et al., 2017, eq. 5; torchvision's `sigmoid_focal_loss`). Targets in [0, 1] of the logits' shape.
 *
 * @throws OpError when the shapes differ, `gamma` is negative, or `alpha` outside [0, 1].
 */
export function sigmoidFocal(logits: Tensor, targets: Tensor, options: SigmoidFocalOptions = {}): Tensor {
  const { alpha = 0.25 } = options
  const gamma = checkGamma('sigmoidFocal', options.gamma)
  if (alpha !== null && !(alpha >= 0 && alpha <= 1)) {
    throw new OpError('sigmoidFocal', `alpha must be in [0, 1] or null, got ${alpha}`)
  }
  checkSameShape('sigmoidFocal', logits, targets)
  const t = targets.cast(logits.dtype)
  const f = sub(1, t)
  const entropy = logits.mul(f).add(softplus(logits.neg()))
  // 1 - p, from what each answer is short of certainty.
  const missed = logits.sigmoid().mul(f).add(logits.neg().sigmoid().mul(t))
  const losses = entropy.mul(modulation(missed, gamma))
  return reduceLoss(alpha === null ? losses : losses.mul(t.mul(alpha).add(f.mul(1 - alpha))), options)
}

/** `missed^gamma`. Where nothing is missed the loss is flat, though for γ < 1 the power is not. */
function modulation(missed: Tensor, gamma: number): Tensor {
  const some = missed.gt(0)
  return gamma === 0 ? onesLike(missed) : where(some, where(some, missed, 1).pow(gamma), 0)
}

function checkGamma(op: string, gamma = 2): number {
  if (!(gamma >= 0)) throw new OpError(op, `gamma must be at least 0, got ${gamma}`)
  return gamma
}
