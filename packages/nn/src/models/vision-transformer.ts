import { concat, formatShape, OpError, type Tensor } from '@samkit/core'
import { normalInit, truncNormal, zeroInit } from '../init.ts'
import type { Layer } from '../layer.ts'
import { heightAndWidth, type Size2d } from '../layers/conv2d.ts'
import { dropout } from '../layers/dropout.ts'
import { type LayerNormParams, layerNorm } from '../layers/layer-norm.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { type PatchEmbedParams, patchEmbed } from '../layers/patch-embed.ts'
import { module, sequential } from '../module.ts'
import { parameter } from '../parameter.ts'
import { type TransformerBlockParams, transformerBlock } from './transformer-block.ts'

/** Parameters of {@link visionTransformer}, named as timm's. */
export interface VisionTransformerParams {
  /** `[1, 1, dim]`, or null without a class token. */
  readonly cls_token: Tensor | null
  /** `[1, T, dim]`, the class token's first. */
  readonly pos_embed: Tensor
  readonly patch_embed: PatchEmbedParams
  readonly blocks: readonly TransformerBlockParams[]
  readonly norm: LayerNormParams
  readonly head: LinearParams
}

/** What images a vision transformer sees, and how it is trained. */
export interface VitOptions {
  /** Height and width of the images, in pixels: multiples of the patch size. Default 224 (CIFAR variants: 32). */
  readonly imageSize?: Size2d
  /** Side of a patch, in pixels. Default 16 (CIFAR variants: 4). */
  readonly patchSize?: number
  /** Channels of the images. Default 3. */
  readonly channels?: number
  /** Number of classes. Default 1000 (CIFAR variants: 10). */
  readonly classes?: number
  /**
   * What the head looks at: `token` (default), a learned class token as in the paper; `mean`, the mean over patches, with
   * no class token (Beyer et al., 2022; timm's `gap` models).
   */
  readonly pool?: 'token' | 'mean'
  /** Dropout rate of embeddings and linear layers, in [0, 1). Default 0. */
  readonly dropout?: number
  /** Dropout rate of the attention weights, in [0, 1). Default 0. */
  readonly attentionDropout?: number
  /** Stochastic depth: the rate of the last block, in [0, 1), rising evenly from 0 at the first. Default 0. */
  readonly dropPath?: number
}

/** The size of a vision transformer. */
export interface VitSize {
  /** Width of the tokens. */
  readonly dim: number
  /** Number of blocks. */
  readonly depth: number
  /** Attention heads per block. */
  readonly heads: number
  /** Width of the blocks' hidden layers, as a multiple of `dim`. Default 4. */
  readonly mlpRatio?: number
}

/**
 * A vision transformer (Dosovitskiy et al., 2021): images `[N, channels, H, W]` → logits `[N, classes]`. Parameters are
 * named and laid out as timm's, and drawn as there: weights and positions normal with standard deviation 0.02, biases 0,
 * the class token near 0, the patch embedding as PyTorch's `Conv2d`.
 *
 * @throws OpError when patches do not tile the image, heads do not divide the width, or the depth is no whole number of
 * at least 1.
 */
export function visionTransformer(
  { dim, depth, heads, mlpRatio = 4 }: VitSize,
  {
    imageSize = 224,
    patchSize = 16,
    channels = 3,
    classes = 1000,
    pool = 'token',
    dropout: rate = 0,
    attentionDropout = 0,
    dropPath = 0,
  }: VitOptions = {},
): Layer<VisionTransformerParams> {
  const [height, width] = heightAndWidth(imageSize)
  const patches = (height / patchSize) * (width / patchSize)
  if (height % patchSize !== 0 || width % patchSize !== 0 || patches < 1) {
    throw new OpError(
      'vit',
      `patches of ${patchSize} pixels do not tile images of ${height} by ${width}; choose sizes that divide evenly`,
    )
  }
  if (!Number.isInteger(depth) || depth < 1)
    throw new OpError('vit', `needs a depth of at least 1, got ${depth}`)
  const init = { weightInit: truncNormal({ std: 0.02 }), biasInit: zeroInit }
  const withToken = pool === 'token'
  const block = (i: number): Layer<TransformerBlockParams> =>
    transformerBlock(dim, heads, {
      ...init,
      mlpRatio,
      dropout: rate,
      attentionDropout,
      dropPath: depth === 1 ? 0 : (dropPath * i) / (depth - 1),
    })
  return module(
    {
      cls_token: withToken ? parameter([1, 1, dim], normalInit({ std: 1e-6 }), 'embedding') : null,
      pos_embed: parameter([1, patches + (withToken ? 1 : 0), dim], truncNormal({ std: 0.02 }), 'embedding'),
      patch_embed: patchEmbed(channels, dim, patchSize),
      pos_drop: dropout(rate),
      blocks: sequential(...Array.from({ length: depth }, (_, i) => block(i))),
      norm: layerNorm(dim, { eps: 1e-6 }),
      head: linear(dim, classes, init),
    },
    (l, images) => {
      if (images.shape[2] !== height || images.shape[3] !== width) {
        throw new OpError(
          'vit',
          `was made for ${height} by ${width} pixels, got ${formatShape(images.shape)}`,
        )
      }
      const tokens = withClassToken(l.cls_token, l.patch_embed(images)).add(l.pos_embed)
      const features = l.blocks(l.pos_drop(tokens))
      // The norm treats each token by itself, so it need see only the one that is used.
      return l.head(withToken ? l.norm(features.at(null, 0)) : l.norm(features).mean({ axis: 1 }))
    },
  )
}

function withClassToken(token: Tensor | null, patches: Tensor): Tensor {
  if (token === null) return patches
  const [n = 0, , dim = 0] = patches.shape
  return concat([token.expand(n, 1, dim), patches], 1)
}
