import { gradcheck, key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { conv2d } from './conv2d.ts'
import { dropout } from './dropout.ts'
import { linear } from './linear.ts'

const still = { training: false, key: null }

describe('linear', () => {
  it('computes x · weightᵀ + bias over the last axis, whatever axes come before', async () => {
    const params = { weight: tensor([[1, 2, 3]]), bias: tensor([10]) }
    const x = tensor([[[1, 1, 1]], [[0, 0, 2]]])
    expect(await linear(3, 1).apply(params, x, still).array()).toEqual([[[16]], [[16]]])
  })

  it('starts uniform in ±1/√in, weight and bias, as PyTorch does', async () => {
    const { weight, bias } = linear(100, 50).init(key(0))
    expect(weight.shape).toEqual([50, 100])
    const all = [...(await weight.data()), ...(await (bias as Tensor).data())].map(Math.abs)
    expect(Math.max(...all)).toBeLessThanOrEqual(0.1)
    expect(Math.max(...all)).toBeGreaterThan(0.099)
    expect(all.reduce((a, b) => a + b, 0) / all.length).toBeCloseTo(0.05, 2)
  })

  it('has no bias when asked for none', () => {
    const layer = linear(2, 3, { bias: false })
    expect(layer.init(key(0)).bias).toBeNull()
    expect(layer.kinds()).toEqual({ weight: 'weight', bias: null })
  })

  it('says how many features it expects', () => {
    const layer = linear(3, 1)
    expect(() => layer.apply(layer.init(key(0)), tensor([[1, 2]]), still)).toThrow(
      'linear: expects 3 features on the last axis, got [1, 2]',
    )
  })
})

describe('conv2d', () => {
  it('adds one bias per output channel to the convolution', async () => {
    const params = { weight: tensor([[[[1]]], [[[2]]]]), bias: tensor([0.5, -0.5]) }
    const y = conv2d(1, 2, 1).apply(params, tensor([[[[1, 2]]]]), still)
    expect(await y.array()).toEqual([[[[1.5, 2.5]], [[1.5, 3.5]]]])
  })

  it('has the gradients of its parameters right', async () => {
    const layer = conv2d(2, 4, 3, { stride: 2, padding: 1, groups: 2 })
    const { weight, bias } = layer.init(key(1))
    const x = linear(1, 100).init(key(2)).weight.reshape(2, 2, 5, 5)
    await gradcheck(
      (w, b) => layer.apply({ weight: w, bias: b }, x.cast('f64'), still),
      [weight, bias as Tensor],
      {
        order: 1,
      },
    )
  })
})

describe('dropout', () => {
  const x = tensor(new Float32Array(10_000).fill(1))

  it('is the identity when not training', async () => {
    expect(await dropout(0.5).apply({}, x, still).data()).toEqual(await x.data())
  })

  it('zeroes the given share and scales the rest so that the mean stays', async () => {
    const y = await dropout(0.25)
      .apply({}, x, { training: true, key: key(3) })
      .data()
    const dropped = y.filter((v) => v === 0).length
    expect(dropped / y.length).toBeCloseTo(0.25, 1)
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
  })

  it('draws the same mask from the same key', async () => {
    const context = { training: true, key: key(3) }
    expect(await dropout(0.5).apply({}, x, context).data()).toEqual(
      await dropout(0.5).apply({}, x, context).data(),
    )
  })

  it('refuses to train without a key, and rates outside [0, 1)', () => {
    expect(() => dropout(0.5).apply({}, x, { training: true, key: null })).toThrow('needs a random key')
    expect(() => dropout(1)).toThrow('the rate must be in [0, 1), got 1')
  })
})
