import { grad, key, ones, type Tensor, tensor, zeros } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Buffers, Context } from '../context.ts'
import { zeroInit } from '../init.ts'
import { module } from '../module.ts'
import {
  expectValues,
  gradcheckLayer,
  irregular,
  numbers,
  still,
  valuesOf,
} from '../testing/layers.testing.ts'
import { batchNorm1d, batchNorm2d } from './batch-norm.ts'

const training: Context = { training: true, key: null }

/** A training pass and what it reported. */
function recorded(buffers: Buffers): {
  readonly context: Context
  readonly reported: Record<string, Tensor>
} {
  const reported: Record<string, Tensor> = {}
  const report = (path: string, value: Tensor): void => {
    reported[path] = value
  }
  return { context: { training: true, key: null, buffers, report }, reported }
}

/** The values of each channel of `[N, C, L]` data. */
function byChannel(values: readonly number[], [n, c, l]: readonly [number, number, number]): number[][] {
  return Array.from({ length: c }, (_, channel) =>
    Array.from({ length: n * l }, (_, i) => values[(Math.floor(i / l) * c + channel) * l + (i % l)]!),
  )
}
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const squares = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0)

describe('batchNorm2d', () => {
  it('in training normalises by the biased statistics of the batch, then scales and shifts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const x = numbers(seed, [2, 3, 2, 2])
        const layer = batchNorm2d(3)
        const { weight, bias } = irregular(layer)
        const [w, b, xs] = [await valuesOf(weight!), await valuesOf(bias!), await valuesOf(x)]
        const channels = byChannel(xs, [2, 3, 4])
        const expected = xs.map((v, i) => {
          const c = Math.floor(i / 4) % 3
          const values = channels[c]!
          return ((v - mean(values)) / Math.sqrt(squares(values) / values.length + 1e-5)) * w[c]! + b[c]!
        })
        await expectValues(layer.apply({ weight, bias }, x, training), [2, 3, 2, 2], expected, 10)
      }),
      { numRuns: 10 },
    )
  })

  it('reports running statistics as PyTorch does: a tenth of the batch, the variance unbiased, and counts', async () => {
    const layer = batchNorm2d(2)
    const buffers = {
      running_mean: tensor([1, -1], { dtype: 'f64' }),
      running_var: tensor([2, 3], { dtype: 'f64' }),
      num_batches_tracked: tensor(6, { dtype: 'i32' }),
    }
    const x = numbers(1, [2, 2, 1, 3])
    const { context, reported } = recorded(buffers)
    layer.apply(irregular(layer), x, context)
    const channels = byChannel(await valuesOf(x), [2, 2, 3])
    const means = channels.map((values, c) => 0.9 * [1, -1][c]! + 0.1 * mean(values))
    const variances = channels.map((values, c) => 0.9 * [2, 3][c]! + (0.1 * squares(values)) / 5)
    await expectValues(reported.running_mean!, [2], means)
    await expectValues(reported.running_var!, [2], variances)
    expect(reported.num_batches_tracked?.dtype).toBe('i32')
    expect(await reported.num_batches_tracked?.item()).toBe(7)
  })

  it('with momentum null keeps the mean over all batches', async () => {
    const layer = batchNorm1d(1, { momentum: null })
    let buffers: Buffers = layer.buffers?.() ?? {}
    for (const batch of [
      [1, 3],
      [5, 7],
      [0, 2],
    ]) {
      const { context, reported } = recorded(buffers)
      layer.apply(layer.init(key(0)), tensor(batch).reshape(2, 1), context)
      buffers = reported
    }
    // Batch means 2, 6, 1 and unbiased variances 2 each.
    await expectValues(buffers.running_mean!, [1], [3], 6)
    await expectValues(buffers.running_var!, [1], [2], 6)
  })

  it('when not training uses the running statistics, and nothing of the batch', async () => {
    const layer = batchNorm2d(2)
    const buffers = {
      running_mean: tensor([1, -1]),
      running_var: tensor([4, 0.25]),
      num_batches_tracked: zeros([]),
    }
    const params = { weight: tensor([1, 2]), bias: tensor([0, 10]) }
    const x = tensor([3, 1]).reshape(1, 2, 1, 1)
    const y = layer.apply(params, x, { ...still, buffers })
    await expectValues(y, [1, 2, 1, 1], [2 / Math.sqrt(4 + 1e-5), (2 * 2) / Math.sqrt(0.25 + 1e-5) + 10], 5)
  })

  it('names its buffers by its place in the model, and finds them there', async () => {
    const inner = module({ bn: batchNorm2d(1) }, (l, x) => l.bn(x))
    const net = module({ blocks: [inner, inner] }, (l, x) => l.blocks.reduce((y, block) => block(y), x))
    const names = ['running_mean', 'running_var', 'num_batches_tracked']
    const paths = [0, 1].flatMap((i) => names.map((name) => `blocks.${i}.bn.${name}`))
    const buffers = net.buffers?.() ?? {}
    expect(Object.keys(buffers)).toEqual(paths)
    const { context, reported } = recorded(buffers)
    net.apply(net.init(key(0)), numbers(1, [2, 1, 2, 2]), context)
    expect(Object.keys(reported)).toEqual(paths)
    const { 'blocks.1.bn.running_var': _, ...lacking } = buffers
    expect(() => net.apply(net.init(key(0)), ones([1, 1, 1, 1]), { ...still, buffers: lacking })).toThrow(
      "batchNorm2d: the context has no buffer 'blocks.1.bn.running_var'",
    )
  })

  it('has the right gradients to second order, in training and not', async () => {
    const layer = batchNorm2d(2)
    await gradcheckLayer(layer, numbers(3, [2, 2, 1, 2]), training)
    const buffers = { running_mean: numbers(4, [2]), running_var: numbers(5, [2]).add(2) }
    await gradcheckLayer(layer, numbers(3, [2, 2, 1, 2]), { ...still, buffers })
  })

  it('reports statistics of the buffers’ dtype, so that a step repeats the plan of the one before', () => {
    const { context, reported } = recorded(batchNorm2d(2).buffers?.() ?? {})
    batchNorm2d(2).apply(irregular(batchNorm2d(2)), numbers(3, [2, 2, 1, 2]), context)
    expect(Object.values(reported).map((t) => t.dtype)).toEqual(['f32', 'f32', 'i32'])
  })

  it('lets no gradient through what it reports', async () => {
    const layer = batchNorm2d(2)
    const reportedMean = (x: Tensor): Tensor => {
      const { context, reported } = recorded(layer.buffers?.() ?? {})
      layer.apply(irregular(layer), x, context)
      return reported.running_mean!.sum().add(reported.running_var!.sum())
    }
    const slope = await valuesOf(grad(reportedMean)(numbers(3, [2, 2, 1, 2])))
    expect(slope.every((v) => v === 0)).toBe(true)
  })

  it('can start with a scale of 0', async () => {
    expect(await batchNorm2d(2, { weightInit: zeroInit }).init(key(0)).weight?.array()).toEqual([0, 0])
  })

  it('refuses one value per channel in training, other shapes, and a momentum outside [0, 1]', () => {
    const layer = batchNorm2d(2)
    const params = layer.init(key(0))
    expect(() => layer.apply(params, ones([1, 2, 1, 1]), training)).toThrow(
      'training needs more than one value per channel, got [1, 2, 1, 1]',
    )
    expect(() => layer.apply(params, ones([2, 3, 4, 4]), training)).toThrow(
      'batchNorm2d: needs [N, C, H, W] with 2 channels, got [2, 3, 4, 4]',
    )
    expect(() => batchNorm2d(2, { momentum: 1.5 })).toThrow('momentum must be in [0, 1] or null, got 1.5')
  })
})

describe('batchNorm1d', () => {
  it('takes [N, C] and [N, C, L], and gives for L = 1 the same', async () => {
    const layer = batchNorm1d(3)
    const params = irregular(layer)
    const x = numbers(1, [4, 3])
    const flat = layer.apply(params, x, training)
    const long = layer.apply(params, x.reshape(4, 3, 1), training)
    await expectValues(long, [4, 3, 1], await valuesOf(flat))
    expect(() => layer.apply(params, x.reshape(4, 3, 1, 1), training)).toThrow('needs [N, C] or [N, C, L]')
  })
})
