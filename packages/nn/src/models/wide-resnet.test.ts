import { conv2d, key, type Tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { expectValues, irregular, numbers, valuesOf } from '../testing/layers.testing.ts'
import { normalized } from '../testing/normalized.testing.ts'
import { wideResnet } from './wide-resnet.ts'

describe('wideResnet', () => {
  it('follows its figure: norm and ReLU before each convolution and before a shortcut that changes the shape', async () => {
    const model = wideResnet({ depth: 10, width: 2, classes: 3 })
    const p = irregular(model)
    const images = numbers(1, [2, 3, 8, 8])
    let x = conv2d(images, p.conv1.weight, { padding: 1 })
    for (const [i, [block]] of [p.layer1, p.layer2, p.layer3].entries()) {
      const stride = i === 0 ? 1 : 2
      const active = normalized(x, block!.bn1).relu()
      const y = normalized(conv2d(active, block!.conv1.weight, { stride, padding: 1 }), block!.bn2).relu()
      const past = conv2d(active, block!.shortcut?.weight as Tensor, { stride })
      x = conv2d(y, block!.conv2.weight, { padding: 1 }).add(past)
    }
    const features = normalized(x, p.bn1)
      .relu()
      .mean({ axis: [2, 3] })
    const expected = features.matmul(p.fc.weight.transpose()).add(p.fc.bias as Tensor)
    const logits = model.apply(p, images, { training: true, key: key(0) })
    await expectValues(logits, [2, 3], await valuesOf(expected), 8)
  })

  it('passes the input on where the shape stays', () => {
    const { layer1, layer2 } = wideResnet({ depth: 16, width: 1 }).init(key(0))
    expect(layer1.map(({ shortcut }) => shortcut)).toEqual([null, null])
    expect(layer2[0]?.shortcut?.weight.shape).toEqual([32, 16, 1, 1])
  })

  it('refuses depths that are not 6n + 4', () => {
    expect(() => wideResnet({ depth: 20 })).toThrow('the depth must be 6n + 4, such as 16 or 28, got 20')
  })

  it('drops between the convolutions of its blocks, in training only', async () => {
    const model = wideResnet({ depth: 10, width: 1, dropout: 0.5 })
    const params = model.init(key(0))
    const images = numbers(1, [2, 3, 4, 4])
    const logits = (seed: number, training: boolean) =>
      valuesOf(model.apply(params, images, { training, key: key(seed), buffers: model.buffers?.() ?? {} }))
    expect(await logits(1, true)).toEqual(await logits(1, true))
    expect(await logits(1, true)).not.toEqual(await logits(2, true))
    expect(await logits(1, false)).toEqual(await logits(2, false))
  })
})
