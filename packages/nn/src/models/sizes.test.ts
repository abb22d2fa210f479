import { key, treeLeaves, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../layer.ts'
import { resnet20, resnet32, resnet44, resnet56, resnet110 } from './cifar-resnet.ts'
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.ts'
import { vitBase, vitLarge, vitSmall, vitSmallCifar, vitTiny, vitTinyCifar } from './vit.ts'
import { wideResnet } from './wide-resnet.ts'

// Parameters are drawn lazily: counting them and building a forward pass computes nothing, however large the model.

type Case = readonly [name: string, model: Layer<unknown>, parameters: number, image: number, classes: number]

const cases: readonly Case[] = [
  ['resnet18', resnet18(), 11_689_512, 224, 1000],
  ['resnet34', resnet34(), 21_797_672, 224, 1000],
  ['resnet50', resnet50(), 25_557_032, 224, 1000],
  ['resnet101', resnet101(), 44_549_160, 224, 1000],
  ['resnet152', resnet152(), 60_192_808, 224, 1000],
  ['resnext50_32x4d', resnet50({ groups: 32, widthPerGroup: 4 }), 25_028_904, 224, 1000],
  ['wide_resnet50_2', resnet50({ widthPerGroup: 128 }), 68_883_240, 224, 1000],
  ['resnet18 for CIFAR images', resnet18({ stem: 'cifar', classes: 10 }), 11_173_962, 32, 10],
  ['resnet20', resnet20(), 269_722, 32, 10],
  ['resnet20 with projections', resnet20({ shortcut: 'projection' }), 272_474, 32, 10],
  ['resnet32', resnet32(), 464_154, 32, 10],
  ['resnet44', resnet44(), 658_586, 32, 10],
  ['resnet56', resnet56(), 853_018, 32, 10],
  ['resnet110', resnet110(), 1_727_962, 32, 10],
  ['wrn-28-10', wideResnet(), 36_479_194, 32, 10],
  ['wrn-16-4', wideResnet({ depth: 16, width: 4 }), 2_748_890, 32, 10],
  ['vit_tiny_patch16_224', vitTiny(), 5_717_416, 224, 1000],
  ['vit_small_patch16_224', vitSmall(), 22_050_664, 224, 1000],
  ['vit_small_patch32_224', vitSmall({ patchSize: 32 }), 22_878_952, 224, 1000],
  ['vit_base_patch16_224', vitBase(), 86_567_656, 224, 1000],
  ['vit_base_patch32_224', vitBase({ patchSize: 32 }), 88_224_232, 224, 1000],
  ['vit_base_patch16_384', vitBase({ imageSize: 384 }), 86_859_496, 384, 1000],
  ['vit_large_patch16_224', vitLarge(), 304_326_632, 224, 1000],
  ['vit-tiny-cifar', vitTinyCifar(), 2_693_578, 32, 10],
  ['vit-small-cifar', vitSmallCifar(), 10_695_562, 32, 10],
]

describe('models', () => {
  it.each(cases)(
    '%s has as many parameters as its definition gives, and a kind for each',
    (_, model, parameters) => {
      const leaves = treeLeaves(model.init(key(0)))
      expect(leaves.reduce((sum, { tensor }) => sum + tensor.size, 0)).toBe(parameters)
      expect(JSON.stringify(model.kinds()).match(/"(weight|bias|scale|shift|embedding)"(?!:)/g)).toHaveLength(
        leaves.length,
      )
    },
  )

  it.each(cases)('%s gives logits for a batch of its images', (_, model, __, image, classes) => {
    const context = { training: false, key: null, buffers: model.buffers?.() ?? {} }
    const logits = model.apply(model.init(key(0)), zeros([2, 3, image, image]), context)
    expect(logits.shape).toEqual([2, classes])
  })
})
