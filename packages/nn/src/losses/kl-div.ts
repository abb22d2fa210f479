import { log, type Tensor, where } from '@samkit/core'
import { checkSameShape, reduceLoss } from './reduction.ts'

/** Options of {@link klDiv}. */
export interface KlDivOptions {
  /**
   * `batchMean`: the sum divided by the number of examples, which is the divergence. `mean` (default, as in PyTorch)
   * divides by the number of elements instead; `sum` does not divide; `none` gives one term per element.
   */
  readonly reduction?: 'mean' | 'batchMean' | 'sum' | 'none'
  /** Whether the targets are log-probabilities too. Default false. */
  readonly logTarget?: boolean
}

/**
 * The Kullback-Leibler divergence of `logProbs`, log-probabilities, from target probabilities of the same shape:
 * `target · (log target - logProbs)`, where a target of 0 counts as 0.
 *
 * @throws OpError when the shapes differ.
 */
export function klDiv(logProbs: Tensor, targets: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = options
  checkSameShape('klDiv', logProbs, targets)
  const terms = logTarget ? targets.exp().mul(targets.sub(logProbs)) : divergence(logProbs, targets)
  return reduction === 'batchMean'
    ? terms.sum().div(logProbs.shape[0] ?? 1)
    : reduceLoss(terms, { reduction })
}

function divergence(logProbs: Tensor, targets: Tensor): Tensor {
  const t = targets.cast(logProbs.dtype)
  const positive = t.gt(0)
  // Where the target is 0 neither log 0 nor an infinite log-probability may come near the product.
  const terms = t.mul(log(where(positive, t, 1)).sub(where(positive, logProbs, 0)))
  return where(positive, terms, 0)
}
