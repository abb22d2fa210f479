import { key } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import {
  constantInit,
  fanIn,
  fanOut,
  type Initializer,
  kaimingNormal,
  kaimingUniform,
  normalInit,
  oneInit,
  torchUniform,
  truncNormal,
  xavierNormal,
  xavierUniform,
  zeroInit,
} from './init.ts'

const shape = [80, 20, 3, 3]
const drawn = async (init: Initializer): Promise<number[]> => [...(await init(key(1), shape).data())]
const spread = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length)
const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs))

describe('initializers', () => {
  it('count inputs and outputs of a weight, its kernel included', () => {
    expect(fanIn(shape)).toBe(180)
    expect(fanOut(shape)).toBe(720)
    expect(() => fanIn([3])).toThrow('a weight needs at least 2 axes, got 1')
  })

  it.each<readonly [string, Initializer, number]>([
    ['kaimingNormal', kaimingNormal(), Math.sqrt(2 / 180)],
    ['kaimingNormal by fan-out', kaimingNormal({ mode: 'fanOut' }), Math.sqrt(2 / 720)],
    ['kaimingUniform', kaimingUniform(), Math.sqrt(2 / 180)],
    ['kaimingNormal for a slope', kaimingNormal({ negativeSlope: 2 }), Math.sqrt(2 / (5 * 180))],
    ['xavierNormal', xavierNormal, Math.sqrt(2 / 900)],
    ['xavierUniform', xavierUniform, Math.sqrt(2 / 900)],
    ['normalInit', normalInit({ std: 0.3 }), 0.3],
    ['truncNormal', truncNormal({ std: 0.02 }), 0.02],
  ])('%s has the standard deviation of its formula', async (_, init, std) => {
    expect(spread(await drawn(init)) / std).toBeCloseTo(1, 1)
  })

  it('the uniform ones stay within ±√3 standard deviations', async () => {
    expect(largest(await drawn(kaimingUniform()))).toBeLessThanOrEqual(Math.sqrt(6 / 180))
    expect(largest(await drawn(kaimingUniform()))).toBeGreaterThan(0.99 * Math.sqrt(6 / 180))
    expect(largest(await drawn(xavierUniform))).toBeLessThanOrEqual(Math.sqrt(6 / 900))
  })

  it('truncNormal cuts at values, not at standard deviations', async () => {
    expect(largest(await drawn(truncNormal({ std: 2 })))).toBeLessThanOrEqual(2)
    expect(largest(await drawn(truncNormal({ std: 0.5 })))).toBeGreaterThan(1)
  })

  it('kaimingUniform with slope √5 is PyTorch’s default, bit for bit up to rounding', async () => {
    const torch = await drawn((k, s) => torchUniform(k, s, fanIn(s)))
    const kaiming = await drawn(kaimingUniform({ negativeSlope: Math.sqrt(5) }))
    kaiming.forEach((v, i) => {
      expect(v).toBeCloseTo(torch[i]!, 7)
    })
  })

  it('constants are constant', async () => {
    expect(new Set(await drawn(zeroInit))).toEqual(new Set([0]))
    expect(new Set(await drawn(oneInit))).toEqual(new Set([1]))
    expect(new Set(await drawn(constantInit(0.5)))).toEqual(new Set([0.5]))
  })

  it('make nothing of a layer without inputs', async () => {
    expect(await kaimingNormal()(key(0), [2, 0]).array()).toEqual([[], []])
    expect(await torchUniform(key(0), [2], 0).array()).toEqual([0, 0])
  })
})
