import { key, treeLeaves } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../layer.ts'
import { stateDict } from '../state-dict.ts'
import { resnet20 } from './cifar-resnet.ts'
import { resnet18, resnet50 } from './resnet.ts'
import { vitTiny } from './vit.ts'
import { wideResnet } from './wide-resnet.ts'

/** Every tensor of a model's state, sorted, as `path [shape]`. */
function stateOf(model: Layer<unknown>): string[] {
  const dict = stateDict(model.init(key(0)), model.buffers?.() ?? {})
  return Object.entries(dict)
    .map(([path, { shape }]) => `${path} [${shape.join(', ')}]`)
    .sort()
}

const norm = (path: string, channels: number): string[] => [
  ...['weight', 'bias', 'running_mean', 'running_var'].map((name) => `${path}.${name} [${channels}]`),
  `${path}.num_batches_tracked []`,
]
const affine = (path: string, out: number, inputs: string | number): string[] => [
  `${path}.weight [${out}, ${inputs}]`,
  `${path}.bias [${out}]`,
]

describe('names and shapes', () => {
  it('of resnet18 are torchvision’s: 122 entries in its state_dict', () => {
    const expected = ['conv1.weight [64, 3, 7, 7]', ...norm('bn1', 64), ...affine('fc', 1000, 512)]
    for (const [s, width] of [64, 128, 256, 512].entries())
      for (const b of [0, 1]) {
        const inputs = b === 0 && s > 0 ? width / 2 : width
        const block = `layer${s + 1}.${b}`
        expected.push(`${block}.conv1.weight [${width}, ${inputs}, 3, 3]`, ...norm(`${block}.bn1`, width))
        expected.push(`${block}.conv2.weight [${width}, ${width}, 3, 3]`, ...norm(`${block}.bn2`, width))
        if (inputs === width) continue
        expected.push(`${block}.downsample.0.weight [${width}, ${inputs}, 1, 1]`)
        expected.push(...norm(`${block}.downsample.1`, width))
      }
    expect(expected).toHaveLength(122)
    expect(stateOf(resnet18())).toEqual(expected.sort())
  })

  it('of resnet50 are torchvision’s: 320 entries in its state_dict', () => {
    const expected = ['conv1.weight [64, 3, 7, 7]', ...norm('bn1', 64), ...affine('fc', 1000, 2048)]
    for (const [s, depth] of [3, 4, 6, 3].entries())
      for (let b = 0; b < depth; b++) {
        const width = 64 * 2 ** s
        const inputs = b > 0 ? 4 * width : s === 0 ? 64 : 2 * width
        const block = `layer${s + 1}.${b}`
        expected.push(`${block}.conv1.weight [${width}, ${inputs}, 1, 1]`, ...norm(`${block}.bn1`, width))
        expected.push(`${block}.conv2.weight [${width}, ${width}, 3, 3]`, ...norm(`${block}.bn2`, width))
        expected.push(
          `${block}.conv3.weight [${4 * width}, ${width}, 1, 1]`,
          ...norm(`${block}.bn3`, 4 * width),
        )
        if (b > 0) continue
        expected.push(`${block}.downsample.0.weight [${4 * width}, ${inputs}, 1, 1]`)
        expected.push(...norm(`${block}.downsample.1`, 4 * width))
      }
    expect(expected).toHaveLength(320)
    expect(stateOf(resnet50())).toEqual(expected.sort())
  })

  it('of vit_tiny_patch16_224 are timm’s: 152 entries in its state_dict', () => {
    const expected = [
      'cls_token [1, 1, 192]',
      'pos_embed [1, 197, 192]',
      ...affine('patch_embed.proj', 192, '3, 16, 16'),
      'norm.weight [192]',
      'norm.bias [192]',
      ...affine('head', 1000, 192),
    ]
    for (let b = 0; b < 12; b++) {
      const block = `blocks.${b}`
      for (const name of ['norm1', 'norm2']) {
        expected.push(`${block}.${name}.weight [192]`, `${block}.${name}.bias [192]`)
      }
      expected.push(...affine(`${block}.attn.qkv`, 576, 192), ...affine(`${block}.attn.proj`, 192, 192))
      expected.push(...affine(`${block}.mlp.fc1`, 768, 192), ...affine(`${block}.mlp.fc2`, 192, 768))
    }
    expect(expected).toHaveLength(152)
    expect(stateOf(vitTiny())).toEqual(expected.sort())
  })

  it('of a mean-pooled ViT lack the class token and its position', () => {
    const state = stateOf(vitTiny({ pool: 'mean' }))
    expect(state).toContain('pos_embed [1, 196, 192]')
    expect(state).toHaveLength(151)
  })

  it('of the small ResNets follow torchvision’s way', () => {
    const paths = (model: Layer<unknown>, block: string) =>
      treeLeaves(model.init(key(0)))
        .map(({ path }) => path)
        .filter((path) => path.startsWith(block))
    expect(paths(resnet20({ shortcut: 'projection' }), 'layer2.0.')).toEqual(
      ['conv1.weight', 'bn1.weight', 'bn1.bias', 'conv2.weight', 'bn2.weight', 'bn2.bias']
        .concat(['downsample.0.weight', 'downsample.1.weight', 'downsample.1.bias'])
        .map((name) => `layer2.0.${name}`),
    )
    expect(paths(wideResnet({ depth: 10, width: 1 }), 'layer2.0.')).toEqual(
      [
        'bn1.weight',
        'bn1.bias',
        'conv1.weight',
        'bn2.weight',
        'bn2.bias',
        'conv2.weight',
        'shortcut.weight',
      ].map((name) => `layer2.0.${name}`),
    )
  })
})
