import { formatShape, OpError, type Tensor } from '@samkit/core'
import type { Initializer } from '../init.ts'
import type { Layer } from '../layer.ts'
import { module } from '../module.ts'
import { scaledDotProductAttention } from './attention.ts'
import { dropout } from './dropout.ts'
import { type LinearParams, linear } from './linear.ts'

/** Parameters of {@link multiHeadAttention}, named as timm's: `qkv.weight` is `[3 · dim, dim]`. */
export interface MultiHeadAttentionParams {
  readonly qkv: LinearParams
  readonly proj: LinearParams
}

/** Options of {@link multiHeadAttention}. */
export interface MultiHeadAttentionOptions {
  /** Biases for queries, keys and values. Default true. */
  readonly qkvBias?: boolean
  /** Each token looks at itself and earlier ones only. Default false. */
  readonly causal?: boolean
  /** Dropout rate of the attention weights, in [0, 1). Default 0. */
  readonly attentionDropout?: number
  /** Dropout rate of the output, in [0, 1). Default 0. */
  readonly dropout?: number
  /** Draws the weights. Default: as `linear`. */
  readonly weightInit?: Initializer
  /** Draws the biases. Default: as `linear`. */
  readonly biasInit?: Initializer
}

/**
 * Multi-head self-attention (Vaswani et al., 2017, section 3.2.2): tokens `[N, T, dim] → [N, T, dim]`. Queries, keys and
 * values come from one product. `apply` takes a mask that broadcasts to `[N, heads, T, T]`: `bool`, which tokens each
 * one may look at, or floats to add to the scores.
 *
 * @throws OpError when the heads do not divide `dim`; when applied, if shapes do not fit.
 */
export function multiHeadAttention(
  dim: number,
  heads: number,
  options: MultiHeadAttentionOptions = {},
): Layer<MultiHeadAttentionParams, [mask?: Tensor | undefined]> {
  const { qkvBias = true, causal = false, attentionDropout = 0, dropout: rate = 0, ...init } = options
  if (!(Number.isInteger(heads) && heads > 0) || dim % heads !== 0) {
    throw new OpError('multiHeadAttention', `${heads} heads do not divide a width of ${dim}`)
  }
  return module(
    {
      qkv: linear(dim, 3 * dim, { ...init, bias: qkvBias }),
      attn_drop: dropout(attentionDropout),
      proj: linear(dim, dim, init),
      proj_drop: dropout(rate),
    },
    (l, x, _, mask?: Tensor | undefined) => {
      if (x.rank !== 3)
        throw new OpError('multiHeadAttention', `needs [N, T, ${dim}], got ${formatShape(x.shape)}`)
      const [batch = 0, tokens = 0] = x.shape
      const qkv = l.qkv(x).reshape(batch, tokens, 3, heads, dim / heads)
      // Each [N, heads, T, dim / heads].
      const [q, k, v] = [0, 1, 2].map((i) => qkv.at(null, null, i).transpose(1, 2)) as [
        Tensor,
        Tensor,
        Tensor,
      ]
      const mixed = scaledDotProductAttention(q, k, v, { mask, causal, dropout: l.attn_drop })
      return l.proj_drop(l.proj(mixed.transpose(1, 2).reshape(batch, tokens, dim)))
    },
  )
}
