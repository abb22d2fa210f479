import { ones, type Tensor, tensor } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Layer } from '../layer.ts'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { groupNorm } from './group-norm.ts'
import { layerNorm } from './layer-norm.ts'
import { rmsNorm } from './rms-norm.ts'

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2))

/** The values in rows of `length`. */
function rows(values: readonly number[], length: number): number[][] {
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length))
}

describe('layerNorm', () => {
  it('standardises the last axes of each example, then scales and shifts', async () => {
    const layer = layerNorm([2, 3], { eps: 1e-3 })
    const { weight, bias } = irregular(layer)
    const x = numbers(1, [2, 2, 2, 3])
    const [w, b] = [await valuesOf(weight as Tensor), await valuesOf(bias as Tensor)]
    const expected = rows(await valuesOf(x), 6).flatMap((row) =>
      row.map((v, i) => ((v - mean(row)) / Math.sqrt(variance(row) + 1e-3)) * w[i]! + b[i]!),
    )
    await expectValues(layer.apply({ weight, bias }, x, still), [2, 2, 2, 3], expected)
  })

  it('adds 1e-5 to the variance unless told otherwise', async () => {
    const row = [0.001, -0.001]
    const y = layerNorm(2).apply({ weight: null, bias: null }, tensor([row], { dtype: 'f64' }), still)
    await expectValues(
      y,
      [1, 2],
      row.map((v) => v / Math.sqrt(1e-6 + 1e-5)),
    )
  })

  it('is as precise far from 0 as near it', async () => {
    const layer = layerNorm(4)
    const params = { weight: null, bias: null }
    const x = numbers(2, [3, 4])
    const near = await valuesOf(layer.apply(params, x, still))
    await expectValues(layer.apply(params, x.add(1e6), still), [3, 4], near, 8)
  })

  it('has the right gradients to second order', async () => {
    await gradcheckLayer(layerNorm(3), numbers(3, [2, 3]))
  })

  it('can do without scale or shift', () => {
    expect(layerNorm(3, { bias: false }).kinds()).toEqual({ weight: 'scale', bias: null })
    expect(layerNorm(3, { weight: false }).kinds()).toEqual({ weight: null, bias: null })
  })
})

describe('rmsNorm', () => {
  it('divides by the root of the mean square and scales', async () => {
    const layer = rmsNorm(3)
    const { weight } = irregular(layer)
    const x = numbers(4, [2, 3])
    const w = await valuesOf(weight as Tensor)
    const expected = rows(await valuesOf(x), 3).flatMap((row) =>
      row.map((v, i) => (v / Math.sqrt(mean(row.map((u) => u * u)) + 2 ** -52)) * w[i]!),
    )
    await expectValues(layer.apply({ weight }, x, still), [2, 3], expected)
    await gradcheckLayer(layer, x)
  })
})

describe('groupNorm', () => {
  it('standardises each group of channels of each example, then scales and shifts by channel', async () => {
    const layer = groupNorm(2, 4)
    const { weight, bias } = irregular(layer)
    const x = numbers(5, [2, 4, 1, 3])
    const [w, b] = [await valuesOf(weight as Tensor), await valuesOf(bias as Tensor)]
    const expected = rows(await valuesOf(x), 6).flatMap((group, g) =>
      group.map((v, i) => {
        const channel = (g % 2) * 2 + Math.floor(i / 3)
        return ((v - mean(group)) / Math.sqrt(variance(group) + 1e-5)) * w[channel]! + b[channel]!
      }),
    )
    await expectValues(layer.apply({ weight, bias }, x, still), [2, 4, 1, 3], expected)
  })

  it('has the right gradients to second order', async () => {
    await gradcheckLayer(groupNorm(2, 4), numbers(6, [1, 4, 2]))
  })
})

describe('normalisation layers', () => {
  it.each<readonly [string, Layer<unknown>, string]>([
    ['layerNorm', layerNorm(3), 'layerNorm: normalises last axes of [3], got [2, 4]'],
    ['rmsNorm', rmsNorm([2, 3]), 'rmsNorm: normalises last axes of [2, 3], got [2, 4]'],
    ['groupNorm', groupNorm(1, 3), 'groupNorm: needs [N, 3, …], got [2, 4]'],
  ])('%s names the shape it needs', (_, layer, message) => {
    expect(() => layer.apply(irregular(layer), ones([2, 4]), still)).toThrow(message)
  })

  it('refuses groups that do not divide the channels', () => {
    expect(() => groupNorm(3, 4)).toThrow('groupNorm: 3 groups do not divide 4 channels')
  })
})
