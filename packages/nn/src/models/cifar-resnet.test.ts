import { key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { irregular, numbers, valuesOf } from '../testing/layers.testing.ts'
import { cifarResnet, resnet20 } from './cifar-resnet.ts'

describe('cifarResnet', () => {
  it('refuses depths that are not 6n + 2', () => {
    expect(() => cifarResnet(18)).toThrow('the depth must be 6n + 2, such as 20 or 56, got 18')
    expect(() => cifarResnet(2)).toThrow('got 2')
  })

  it('has two convolutions a block and one before: depth less the last layer', () => {
    const params = resnet20().init(key(0))
    const blocks = [...params.layer1, ...params.layer2, ...params.layer3]
    expect(1 + 2 * blocks.length + 1).toBe(20)
    expect(blocks.every(({ downsample }) => downsample === null)).toBe(true)
  })

  it('with padded shortcuts passes every other pixel on, between channels of zeros', async () => {
    // With all scales of the blocks at 0 only the shortcuts are left.
    const model = cifarResnet(8, { zeroInitResidual: true, classes: 64 })
    const params = model.init(key(3))
    const head = { weight: tensor(identity(64)), bias: null }
    const images = numbers(1, [2, 3, 8, 8])
    const context = { training: true, key: null }
    const logits = model.apply({ ...params, fc: head }, images, context)
    expect(logits.shape).toEqual([2, 64])
    const values = await valuesOf(logits.at(0))
    const used = values.flatMap((v, channel) => (v === 0 ? [] : [channel]))
    expect(used[0]).toBeGreaterThanOrEqual(24)
    expect(used.at(-1)).toBeLessThan(40)
    expect(used.length).toBeGreaterThan(8)
  })

  it('makes the same of an image wherever it stands in a batch, once trained', async () => {
    const model = cifarResnet(8)
    const params = irregular(model)
    const buffers = model.buffers?.() ?? {}
    const context = { training: false, key: null, buffers }
    const images = numbers(2, [3, 3, 8, 8])
    const logits = (x: Tensor): Tensor => model.apply(params, x, context)
    const together = await valuesOf(logits(images).at(1))
    const alone = await valuesOf(logits(images.at([1, 2])))
    alone.forEach((v, i) => {
      expect(v / together[i]!).toBeCloseTo(1, 10)
    })
  })
})

function identity(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)))
}
