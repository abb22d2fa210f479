import { conv2d, key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import type { BatchNormParams } from '../layers/batch-norm.ts'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { normalized } from '../testing/normalized.testing.ts'
import { basicBlock, bottleneck, convolution } from './residual-block.ts'

const training: Context = { training: true, key: null }

describe('basicBlock', () => {
  it('follows its figure: 3×3 with the stride, 3×3, plus a 1×1 shortcut where the shape changes', async () => {
    const block = basicBlock(2, 4, { stride: 2 })
    const p = irregular(block)
    const x = numbers(1, [2, 2, 5, 5])
    const [shortcut, shortcutNorm] = p.downsample ?? []
    const y = normalized(conv2d(x, p.conv1.weight, { stride: 2, padding: 1 }), p.bn1).relu()
    const branch = normalized(conv2d(y, p.conv2.weight, { padding: 1 }), p.bn2)
    const past = normalized(
      conv2d(x, shortcut?.weight as Tensor, { stride: 2 }),
      shortcutNorm as BatchNormParams,
    )
    const expected = await valuesOf(branch.add(past).relu())
    await expectValues(block.apply(p, x, training), [2, 4, 3, 3], expected, 10)
  })

  it('needs no shortcut where the shape stays, and begins as ReLU with the last scale at 0', async () => {
    const block = basicBlock(2, 2, { zeroInitResidual: true })
    const params = block.init(key(0))
    expect(params.downsample).toBeNull()
    const x = tensor([1, -1, 2, -2, 3, -3, 4, -4]).reshape(1, 2, 2, 2)
    await expectValues(block.apply(params, x, training), [1, 2, 2, 2], [1, 0, 2, 0, 3, 0, 4, 0])
  })

  it('has the right gradients', async () => {
    const block = basicBlock(1, 2, { stride: 2 })
    await gradcheckLayer(block, numbers(4, [2, 1, 3, 3]), training, { order: 1 })
  })
})

describe('convolution', () => {
  it('is drawn normal with variance 2 / fan-out, without bias', async () => {
    const { weight, bias } = convolution(16, 64, 3).init(key(0))
    expect(bias).toBeNull()
    const meanSquare = await weight.square().mean().item()
    expect((meanSquare as number) / (2 / (64 * 9))).toBeCloseTo(1, 1)
  })
})

describe('bottleneck', () => {
  it('follows its figure: 1×1, 3×3 with the stride, 1×1 to four times the channels', async () => {
    const block = bottleneck(2, 2, { stride: 2, groups: 2, widthPerGroup: 64 })
    const p = irregular(block)
    expect(p.conv2.weight.shape).toEqual([4, 2, 3, 3])
    const x = numbers(2, [2, 2, 4, 4])
    const [shortcut, shortcutNorm] = p.downsample ?? []
    const first = normalized(conv2d(x, p.conv1.weight), p.bn1).relu()
    const second = normalized(
      conv2d(first, p.conv2.weight, { stride: 2, padding: 1, groups: 2 }),
      p.bn2,
    ).relu()
    const past = normalized(
      conv2d(x, shortcut?.weight as Tensor, { stride: 2 }),
      shortcutNorm as BatchNormParams,
    )
    const expected = normalized(conv2d(second, p.conv3.weight), p.bn3).add(past).relu()
    await expectValues(block.apply(p, x, training), [2, 8, 2, 2], await valuesOf(expected), 10)
  })

  it('names all its running statistics', () => {
    const block = bottleneck(8, 2)
    const names = ['running_mean', 'running_var', 'num_batches_tracked']
    expect(Object.keys(block.buffers?.() ?? {})).toEqual(
      ['bn1', 'bn2', 'bn3'].flatMap((bn) => names.map((name) => `${bn}.${name}`)),
    )
    expect(() => block.apply(irregular(block), numbers(1, [1, 8, 2, 2]), still)).toThrow(
      "no buffer 'bn1.running_mean'",
    )
  })
})
