import { conv2d, key, type Tensor, tensor, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { layerNorm } from '../layers/layer-norm.ts'
import { mlpBlock } from '../layers/mlp-block.ts'
import { multiHeadAttention } from '../layers/multi-head-attention.ts'
import { patchEmbed } from '../layers/patch-embed.ts'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { transformerBlock } from './transformer-block.ts'
import { visionTransformer } from './vision-transformer.ts'
import { vitTinyCifar } from './vit.ts'

const tiny = { dim: 4, depth: 2, heads: 2 }
const small = { imageSize: [4, 6], patchSize: 2, channels: 1, classes: 3 } as const

describe('patchEmbed', () => {
  it('is a convolution whose stride is its kernel, with the patches in rows', async () => {
    const layer = patchEmbed(3, 5, 2)
    const params = irregular(layer)
    const images = numbers(1, [2, 3, 4, 6])
    const { weight, bias } = params.proj
    const grid = conv2d(images, weight, { stride: 2, bias })
    const expected = await valuesOf(grid.flatten({ startAxis: 2 }).transpose())
    await expectValues(layer.apply(params, images, still), [2, 6, 5], expected)
  })

  it('has the right gradients', async () => {
    await gradcheckLayer(patchEmbed(1, 2, 2), numbers(2, [1, 1, 4, 2]), still, { order: 1 })
  })

  it('refuses images that patches do not tile', () => {
    const layer = patchEmbed(3, 5, 4)
    expect(() => layer.apply(layer.init(key(0)), zeros([1, 3, 8, 6]), still)).toThrow(
      'needs [N, 3, H, W] with H and W multiples of 4, got [1, 3, 8, 6]',
    )
  })
})

describe('transformerBlock', () => {
  it('adds attention of the normed tokens, then a network of the normed sum', async () => {
    const block = transformerBlock(4, 2)
    const p = irregular(block)
    const x = numbers(1, [2, 3, 4])
    const norm = layerNorm(4, { eps: 1e-6 })
    const y = x.add(multiHeadAttention(4, 2).apply(p.attn, norm.apply(p.norm1, x, still), still))
    const z = y.add(mlpBlock(4, 16).apply(p.mlp, norm.apply(p.norm2, y, still), still))
    await expectValues(block.apply(p, x, still), [2, 3, 4], await valuesOf(z))
  })

  it('hands a mask to its attention', async () => {
    const block = transformerBlock(4, 2)
    const p = irregular(block)
    const x = numbers(1, [1, 2, 4])
    const blind = tensor([true, false])
    const first = async (y: Tensor) => (await valuesOf(y)).slice(0, 4)
    const other = x.add(
      tensor([
        [0, 0, 0, 0],
        [1, -2, 3, 0.5],
      ]),
    )
    expect(await first(block.apply(p, x, still, blind))).toEqual(
      await first(block.apply(p, other, still, blind)),
    )
    expect(await first(block.apply(p, x, still))).not.toEqual(await first(block.apply(p, other, still)))
  })

  it('has the right gradients', async () => {
    await gradcheckLayer(transformerBlock(2, 1, { mlpRatio: 1 }), numbers(3, [1, 2, 2]), still, { order: 1 })
  })

  it('with drop path skips branches of some examples in training, the same for the same key', async () => {
    const block = transformerBlock(4, 2, { dropPath: 0.5 })
    const p = irregular(block)
    const x = numbers(1, [1, 2, 4]).expand(16, 2, 4)
    const apply = (seed: number) => valuesOf(block.apply(p, x, { training: true, key: key(seed) }))
    const rows = async (seed: number) => {
      const values = await apply(seed)
      return new Set(Array.from({ length: 16 }, (_, n) => values.slice(8 * n, 8 * n + 8).join()))
    }
    expect((await rows(1)).size).toBe(4)
    expect(await apply(1)).toEqual(await apply(1))
  })
})

describe('visionTransformer', () => {
  it('runs class token and patches, plus positions, through its blocks, and reads the class token', async () => {
    const model = visionTransformer(tiny, small)
    const p = irregular(model)
    const images = numbers(1, [2, 1, 4, 6])
    const patches = patchEmbed(1, 4, 2).apply(p.patch_embed, images, still)
    const rows = [0, 1].map((n) => {
      const tokens = [(p.cls_token as Tensor).reshape(1, 4), patches.at(n)]
      return tokens
    })
    const block = transformerBlock(4, 2)
    const expected: number[] = []
    for (const [token, rest] of rows) {
      const values = [...(await valuesOf(token as Tensor)), ...(await valuesOf(rest as Tensor))]
      let x = tensor(values, { shape: [1, 7, 4], dtype: 'f64' }).add(p.pos_embed)
      for (const params of p.blocks) x = block.apply(params, x, still)
      const features = layerNorm(4, { eps: 1e-6 }).apply(p.norm, x, still).at(0, 0)
      expected.push(...(await valuesOf(p.head.weight.matmul(features).add(p.head.bias as Tensor))))
    }
    await expectValues(model.apply(p, images, still), [2, 3], expected)
  })

  it('with mean pooling averages the normed patches', async () => {
    const model = visionTransformer(tiny, { ...small, pool: 'mean' })
    const p = irregular(model)
    expect(p.cls_token).toBeNull()
    const images = numbers(1, [1, 1, 4, 6])
    let x = patchEmbed(1, 4, 2).apply(p.patch_embed, images, still).add(p.pos_embed)
    for (const params of p.blocks) x = transformerBlock(4, 2).apply(params, x, still)
    const features = layerNorm(4, { eps: 1e-6 }).apply(p.norm, x, still).at(0).mean({ axis: 0 })
    const expected = await valuesOf(p.head.weight.matmul(features).add(p.head.bias as Tensor))
    await expectValues(model.apply(p, images, still), [1, 3], expected)
  })

  it('starts as timm does: weights and positions of 0.02, biases 0, a class token near 0', async () => {
    const { blocks, pos_embed, cls_token, head, norm } = vitTinyCifar({ dropPath: 0.1 }).init(key(0))
    const spread = async (t: Tensor): Promise<number> => Math.sqrt((await t.square().mean().item()) as number)
    expect(await spread(pos_embed)).toBeCloseTo(0.02, 3)
    expect(await spread(blocks[0]!.mlp.fc1.weight)).toBeCloseTo(0.02, 3)
    expect(await spread(head.weight)).toBeCloseTo(0.02, 2)
    expect(await spread(cls_token as Tensor)).toBeLessThan(1e-5)
    expect(await spread(blocks[5]!.attn.qkv.bias as Tensor)).toBe(0)
    expect(await spread(norm.weight as Tensor)).toBe(1)
  })

  it('skips no branch in the first block, and the most in the last', async () => {
    const images = numbers(1, [1, 1, 4, 6]).expand(48, 1, 4, 6)
    const outcomes = async (depth: number): Promise<number> => {
      const model = visionTransformer({ dim: 4, depth, heads: 1 }, { ...small, dropPath: 0.5 })
      const logits = model.apply(irregular(model), images, { training: true, key: key(1) })
      return new Set(await valuesOf(logits.at(null, 0))).size
    }
    // Each of a block's two branches is skipped or not: four outcomes for the one block that drops.
    expect(await outcomes(2)).toBe(4)
    expect(await outcomes(1)).toBe(1)
    expect(await outcomes(3)).toBeGreaterThan(8)
  })

  it('refuses sizes that do not fit together', () => {
    expect(() => visionTransformer(tiny, { imageSize: 30, patchSize: 4 })).toThrow(
      'patches of 4 pixels do not tile images of 30 by 30',
    )
    expect(() => visionTransformer({ ...tiny, depth: 0 })).toThrow('needs a depth of at least 1, got 0')
    const model = visionTransformer(tiny, small)
    expect(() => model.apply(model.init(key(0)), zeros([1, 1, 6, 4]), still)).toThrow(
      'was made for 4 by 6 pixels, got [1, 1, 6, 4]',
    )
  })
})
