import type { Tensor } from '@samkit/core'
import type { Initializer } from '../init.ts'
import type { Layer } from '../layer.ts'
import { dropPath } from '../layers/dropout.ts'
import { type LayerNormParams, layerNorm } from '../layers/layer-norm.ts'
import { type MlpBlockParams, mlpBlock } from '../layers/mlp-block.ts'
import { type MultiHeadAttentionParams, multiHeadAttention } from '../layers/multi-head-attention.ts'
import { module } from '../module.ts'

/** Parameters of {@link transformerBlock}, named as timm's. */
export interface TransformerBlockParams {
  readonly norm1: LayerNormParams
  readonly attn: MultiHeadAttentionParams
  readonly norm2: LayerNormParams
  readonly mlp: MlpBlockParams
}

/** Options of {@link transformerBlock}. */
export interface TransformerBlockOptions {
  /** Width of the hidden layer, as a multiple of `dim`. Default 4. */
  readonly mlpRatio?: number
  /** Biases for queries, keys and values. Default true. */
  readonly qkvBias?: boolean
  /** Dropout rate after the linear layers, in [0, 1). Default 0. */
  readonly dropout?: number
  /** Dropout rate of the attention weights, in [0, 1). Default 0. */
  readonly attentionDropout?: number
  /** Rate at which an example skips a branch, in [0, 1). Default 0. */
  readonly dropPath?: number
  /** Added to the variance in layer norms. Default 1e-6. */
  readonly eps?: number
  /** Draws the linear layers' weights. Default: as `linear`. */
  readonly weightInit?: Initializer
  /** Draws their biases. Default: as `linear`. */
  readonly biasInit?: Initializer
}

/**
 * A block of a vision transformer, `[N, T, dim] → [N, T, dim]` (Dosovitskiy et al., 2021, eq. 2 and 3): norm, attention,
 * add; norm, two linear layers, add. `apply` takes an attention mask.
 *
 * @throws OpError when the heads do not divide `dim`.
 */
export function transformerBlock(
  dim: number,
  heads: number,
  options: TransformerBlockOptions = {},
): Layer<TransformerBlockParams, [mask?: Tensor | undefined]> {
  const { mlpRatio = 4, qkvBias = true, attentionDropout = 0, dropPath: pathRate = 0, eps = 1e-6 } = options
  const { dropout = 0, weightInit, biasInit } = options
  const shared = { dropout, ...(weightInit && { weightInit }), ...(biasInit && { biasInit }) }
  return module(
    {
      norm1: layerNorm(dim, { eps }),
      attn: multiHeadAttention(dim, heads, { ...shared, qkvBias, attentionDropout }),
      drop_path1: dropPath(pathRate),
      norm2: layerNorm(dim, { eps }),
      mlp: mlpBlock(dim, Math.floor(mlpRatio * dim), shared),
      drop_path2: dropPath(pathRate),
    },
    (l, x, _, mask?: Tensor | undefined) => {
      const y = x.add(l.drop_path1(l.attn(l.norm1(x), mask)))
      return y.add(l.drop_path2(l.mlp(l.norm2(y))))
    },
  )
}
