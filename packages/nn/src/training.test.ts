import { compileStats, key, mapTree, type Tensor, tensor } from '@samkit/core'
import { adamW, type Optimizer, sam, sgd, type Trainer, trainer } from '@samkit/optim'
import { describe, expect, it } from 'vitest'
import type { Layer } from './layer.ts'
import { batchNorm2d } from './layers/batch-norm.ts'
import { conv2d } from './layers/conv2d.ts'
import { dropout } from './layers/dropout.ts'
import { linear } from './layers/linear.ts'
import { crossEntropy } from './losses/cross-entropy.ts'
import { cifarResnet } from './models/cifar-resnet.ts'
import { visionTransformer } from './models/vision-transformer.ts'
import { module } from './module.ts'
import { numbers, valuesOf } from './testing/layers.testing.ts'

const net = module(
  { conv: conv2d(1, 2, 3), bn: batchNorm2d(2), drop: dropout(0.2), fc: linear(2, 3) },
  (l, x) =>
    l.fc(
      l.drop(
        l
          .bn(l.conv(x))
          .relu()
          .mean({ axis: [2, 3] }),
      ),
    ),
)

/** Images of three classes, told apart by their brightness. */
function batchOf(
  size: number,
  seed: number,
  image: readonly [channels: number, height: number, width: number],
) {
  const labels = Array.from({ length: size }, (_, i) => i % 3)
  const brightness = tensor(labels.map((label) => label - 1)).reshape(-1, 1, 1, 1)
  const inputs = numbers(seed, [size, ...image])
    .cast('f32')
    .add(brightness)
  return { inputs, targets: tensor(labels, { dtype: 'i32' }) }
}

async function buffersOf(run: Trainer<unknown>): Promise<Record<string, number[]>> {
  const entries = Object.entries(run.buffers).map(
    async ([path, value]) => [path, await valuesOf(value)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

describe('running statistics in training', () => {
  const batch = batchOf(6, 1, [1, 5, 5])
  const options = { loss: crossEntropy, key: key(1) }

  it('of a SAM step are those of the pass at the unperturbed parameters, bit for bit', async () => {
    const plain = await trainer(net, sgd({ lr: 0.1 }), options)
    const sharp = await trainer(net, sam(sgd({ lr: 0.1 }), { rho: 0.5 }), options)
    await plain.step(batch)
    await sharp.step(batch)
    expect(await buffersOf(sharp)).toEqual(await buffersOf(plain))
    expect((await buffersOf(sharp))['bn.num_batches_tracked']).toEqual([1])

    // The perturbed pass has others: what is kept does depend on where it is looked at.
    const moved = mapTree(sharp.params, (w) => w.mul(1.5))
    const elsewhere = await trainer(net, sgd({ lr: 0.1 }), { ...options, params: moved })
    await elsewhere.step(batch)
    expect((await buffersOf(elsewhere))['bn.running_mean']).not.toEqual(
      (await buffersOf(sharp))['bn.running_mean'],
    )
  })

  it('are what predictions are made with', async () => {
    const run = await trainer(net, sgd({ lr: 0.1 }), options)
    for (let i = 0; i < 3; i++) await run.step(batch)
    const outputs = await valuesOf(await run.predict(batch.inputs))
    const context = { training: false, key: null, buffers: run.buffers }
    expect(outputs).toEqual(await valuesOf(net.apply(run.params, batch.inputs, context)))
    const fresh = { ...context, buffers: net.buffers?.() ?? {} }
    expect(outputs).not.toEqual(await valuesOf(net.apply(run.params, batch.inputs, fresh)))
  })

  it('approach those of the data', async () => {
    const run = await trainer(net, sgd({ lr: 0 }), options)
    for (let i = 0; i < 80; i++) await run.step(batch)
    const features = conv2d(1, 2, 3).apply(run.params.conv, batch.inputs, { training: false, key: null })
    const over = { axis: [0, 2, 3] }
    const [mean, variance] = [await valuesOf(features.mean(over)), await valuesOf(features.var(over))]
    const { 'bn.running_mean': runningMean = [], 'bn.running_var': runningVar = [] } = await buffersOf(run)
    runningMean.forEach((v, i) => {
      expect(v).toBeCloseTo(mean[i]!, 3)
      expect(runningVar[i]).toBeCloseTo(variance[i]!, 2)
    })
  })
})

describe('models in training', () => {
  const resnet = cifarResnet(8, { classes: 3, channels: 1 })
  const vit = visionTransformer(
    { dim: 12, depth: 2, heads: 3 },
    { imageSize: 8, patchSize: 4, channels: 1, classes: 3, dropPath: 0.1 },
  )

  it.each<readonly [string, Layer<unknown>, Optimizer, number]>([
    ['a CIFAR ResNet', resnet, sgd({ lr: 0.1, momentum: 0.9 }), 6],
    ['a vision transformer', vit, adamW({ lr: 0.01 }), 20],
  ])('%s learns with SAM, in one plan for all steps', async (_, model, base, steps) => {
    const run = await trainer(model, sam(base, { rho: 0.05 }), { loss: crossEntropy, key: key(1) })
    const batch = batchOf(9, 2, [1, 8, 8])
    const losses: number[] = []
    let compiled = 0
    for (let i = 0; i < steps; i++) {
      losses.push((await run.step(batch)).loss)
      if (i === 1) compiled = compileStats().compiled
    }
    expect(compileStats().compiled).toBe(compiled)
    expect(losses[0]).toBeGreaterThan(0.8)
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2)
  })

  it('take the same step from the same key, dropout and all', async () => {
    const weights = async (): Promise<number[]> => {
      const run = await trainer(net, sam(sgd({ lr: 0.1 })), { loss: crossEntropy, key: key(3) })
      for (let i = 0; i < 3; i++) await run.step(batchOf(6, i, [1, 5, 5]))
      return valuesOf(run.params.fc.weight as Tensor)
    }
    expect(await weights()).toEqual(await weights())
  })
})
