import { formatShape, matmul, OpError, ones, type Tensor, where } from '@samkit/core'

/** Options of {@link scaledDotProductAttention}. */
export interface AttentionOptions {
  /**
   * Broadcasts to `[…, Q, K]`. `bool`: which keys each query may look at. Floats: added to the scores. Default: all keys.
   */
  readonly mask?: Tensor | undefined
  /** Each query looks at keys up to its own position only. Default false. */
  readonly causal?: boolean
  /** Multiplies the scores. Default 1/√d. */
  readonly scale?: number
  /** Applied to the attention weights `[…, Q, K]`, such as dropout. Default: nothing. */
  readonly dropout?: (weights: Tensor) => Tensor
}

/**
 * `softmax(scale · q kᵀ + mask) v` (Vaswani et al., 2017, eq. 1): queries `[…, Q, d]`, keys `[…, K, d]` and values
 * `[…, K, e]` give `[…, Q, e]`. A query that may look at no key gets zeros.
 *
 * @throws OpError when shapes do not fit.
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { mask, causal = false, scale, dropout = same }: AttentionOptions = {},
): Tensor {
  const size = q.shape.at(-1)
  if (size === undefined || k.shape.at(-1) !== size || k.shape.at(-2) !== v.shape.at(-2)) {
    const shapes = [q, k, v].map((t) => formatShape(t.shape)).join(', ')
    throw new OpError('attention', `needs q [..., Q, d], k [..., K, d] and v [..., K, e], got ${shapes}`)
  }
  let scores = matmul(q.mul(scale ?? 1 / Math.sqrt(size)), k.transpose())
  if (mask !== undefined) scores = masked(scores, mask)
  if (causal) scores = masked(scores, ones(scores.shape.slice(-2), { dtype: 'bool' }).tril())
  return matmul(dropout(scores.softmax()), v)
}

function same(x: Tensor): Tensor {
  return x
}

function masked(scores: Tensor, mask: Tensor): Tensor {
  const open = mask.dtype === 'bool'
  const result = open ? where(mask, scores, Number.NEGATIVE_INFINITY) : scores.add(mask)
  if (formatShape(result.shape) !== formatShape(scores.shape)) {
    throw new OpError(
      'attention',
      `a mask of ${formatShape(mask.shape)} does not broadcast to the scores ${formatShape(scores.shape)}`,
    )
  }
  return result
}
