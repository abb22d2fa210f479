import { key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { conv2d } from './conv2d.ts'

/** A convolution as its definition has it, for images and kernels of any shape: one sum per output element. */
async function byDefinition(
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  { stride, padding, dilation, groups }: Record<'stride' | 'padding' | 'dilation' | 'groups', number>,
): Promise<{ readonly shape: readonly number[]; readonly values: readonly number[] }> {
  const [n = 0, c = 0, h = 0, w = 0] = x.shape
  const [out = 0, per = 0, kh = 0, kw = 0] = weight.shape
  const [xs, ws, bs] = [await valuesOf(x), await valuesOf(weight), await valuesOf(bias)]
  const outH = Math.floor((h + 2 * padding - dilation * (kh - 1) - 1) / stride) + 1
  const outW = Math.floor((w + 2 * padding - dilation * (kw - 1) - 1) / stride) + 1
  const values: number[] = []
  for (let image = 0; image < n; image++)
    for (let o = 0; o < out; o++)
      for (let row = 0; row < outH; row++)
        for (let column = 0; column < outW; column++) {
          let total = bs[o]!
          for (let i = 0; i < per; i++)
            for (let a = 0; a < kh; a++)
              for (let b = 0; b < kw; b++) {
                const channel = Math.floor(o / (out / groups)) * per + i
                const y = row * stride + a * dilation - padding
                const z = column * stride + b * dilation - padding
                if (y < 0 || y >= h || z < 0 || z >= w) continue
                total += ws[((o * per + i) * kh + a) * kw + b]! * xs[((image * c + channel) * h + y) * w + z]!
              }
          values.push(total)
        }
  return { shape: [n, out, outH, outW], values }
}

describe('conv2d', () => {
  it('adds one bias per output channel to the convolution', async () => {
    const params = { weight: tensor([1, 2]).reshape(2, 1, 1, 1), bias: tensor([0.5, -0.5]) }
    const y = conv2d(1, 2, 1).apply(params, tensor([[[[1, 2]]]]), still)
    expect(await y.array()).toEqual([[[[1.5, 2.5]], [[1.5, 3.5]]]])
  })

  it.each([
    { stride: 1, padding: 0, dilation: 1, groups: 1 },
    { stride: 2, padding: 1, dilation: 1, groups: 2 },
    { stride: 1, padding: 2, dilation: 2, groups: 4 },
  ])('follows its definition with %o', async (options) => {
    const layer = conv2d(4, 8, [3, 2], options)
    const params = irregular(layer)
    const x = numbers(9, [2, 4, 6, 5])
    const { shape, values } = await byDefinition(x, params.weight, params.bias as Tensor, options)
    await expectValues(layer.apply(params, x, still), shape, values)
  })

  it('has the right gradients', async () => {
    const layer = conv2d(2, 4, 3, { stride: 2, padding: 1, groups: 2 })
    await gradcheckLayer(layer, numbers(2, [1, 2, 4, 4]), still, { order: 1 })
  })

  it('starts uniform in ±1/√(fan-in of a group), as PyTorch does', async () => {
    const { weight, bias } = conv2d(32, 64, 5, { groups: 2 }).init(key(0))
    expect(weight.shape).toEqual([64, 16, 5, 5])
    const largest = Math.max(...(await weight.data()).map(Math.abs))
    expect(largest).toBeLessThanOrEqual(0.05)
    expect(largest).toBeGreaterThan(0.0499)
    expect(Math.max(...(await valuesOf(bias as Tensor)).map(Math.abs))).toBeLessThanOrEqual(0.05)
  })

  it('refuses groups that do not divide its channels', () => {
    expect(() => conv2d(4, 6, 3, { groups: 4 })).toThrow(
      '4 groups do not divide 4 input and 6 output channels',
    )
  })
})
