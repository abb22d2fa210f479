import { key, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { constantInit } from '../init.ts'
import { gradcheckLayer, numbers, still } from '../testing/layers.testing.ts'
import { linear } from './linear.ts'

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

  it('starts as its initializers say', async () => {
    const { weight, bias } = linear(1, 2, { weightInit: constantInit(3), biasInit: constantInit(4) }).init(
      key(0),
    )
    expect(await weight.array()).toEqual([[3], [3]])
    expect(await bias?.array()).toEqual([4, 4])
  })

  it('has no bias when asked for none', () => {
    const layer = linear(2, 3, { bias: false })
    expect(layer.init(key(0)).bias).toBeNull()
    expect(layer.kinds()).toEqual({ weight: 'weight', bias: null })
  })

  it('has the right gradients to second order', async () => {
    await gradcheckLayer(linear(3, 2), numbers(1, [2, 2, 3]))
  })

  it('says how many features it expects', () => {
    const layer = linear(3, 1)
    expect(() => layer.apply(layer.init(key(0)), tensor([[1, 2]]), still)).toThrow(
      'linear: expects 3 features on the last axis, got [1, 2]',
    )
  })
})
