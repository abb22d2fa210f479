import { key, mapTree, setBackend, type Tensor, tensor, uniform } from '@samkit/core'
import {
  basicBlock,
  batchNorm2d,
  conv2d,
  crossEntropy,
  type Layer,
  linear,
  module,
  visionTransformer,
} from '@samkit/nn'
import { kSam, lookSam, type Method, type Snapshot, sam, sgd, trainer } from '@samkit/optim'
import { afterAll, describe, expect, it } from 'vitest'
import { type GpuMode, gpu } from './index.ts'

const side = 8
const examples = 6
const steps = 4

const vit = visionTransformer(
  { dim: 8, depth: 1, heads: 2, mlpRatio: 2 },
  { imageSize: side, patchSize: 4, channels: 1, classes: 3 },
)

/** A ResNet as for CIFAR, of two narrow blocks: the second halves the image and has a convolution in its shortcut. */
const resnet = module(
  {
    conv1: conv2d(1, 4, 3, { padding: 1, bias: false }),
    bn1: batchNorm2d(4),
    layer1: basicBlock(4, 4),
    layer2: basicBlock(4, 6, { stride: 2 }),
    fc: linear(6, 3),
  },
  (l, x) => l.fc(l.layer2(l.layer1(l.bn1(l.conv1(x)).relu())).mean({ axis: [2, 3] })),
)

const base = sgd({ lr: 0.1, momentum: 0.9 })

const methods: Readonly<Record<string, Method>> = {
  SAM: sam(base, { rho: 0.05 }),
  LookSAM: lookSam(base, { rho: 0.05, k: 2 }),
  'K-SAM': kSam(base, { rho: 0.05, k: 3 }),
}

/**
 * How far a training in `f32` may end from the same in `f64`, as a part of the largest number of each array. The reference
 * backend itself is off by up to 4e-5 here: LookSAM goes by the small difference of two gradients, in which roundings of
 * 6e-8 become a thousand times larger. Another order of sums is another draw of the same.
 */
const bound = 2e-4

/** The same for losses, which are sums of few numbers that do not cancel. The reference backend is off by 1e-7. */
const lossBound = 1e-6

/** Every array of the training's end by path, and what each step told. */
interface Told {
  readonly end: Snapshot
  readonly losses: readonly number[]
  readonly chosen: readonly (readonly number[])[]
}

async function trained<P>(model: Layer<P>, method: Method, dtype: 'f32' | 'f64'): Promise<Told> {
  const typed = <T>(tree: T): T =>
    mapTree(tree, (t: Tensor) => (t.dtype === 'f32' ? t.cast(dtype).detach() : t)) as T
  const inputs = uniform(key(7), [examples, 1, side, side]).sub(0.5).cast(dtype)
  const targets = tensor([0, 2, 1, 1, 0, 2], { dtype: 'i32' })
  const run = await trainer(model, method, {
    loss: crossEntropy,
    key: key(3),
    params: typed(model.init(key(5))),
    buffers: typed(model.buffers?.() ?? {}),
  })
  const losses: number[] = []
  const chosen: number[][] = []
  for (let step = 0; step < steps; step++) {
    const told = await run.step({ inputs, targets })
    losses.push(told.loss, told.perturbedLoss)
    if (told.chosen !== null) chosen.push(Array.from(await told.chosen.data()))
  }
  return { end: await run.snapshot(), losses, chosen }
}

/** The largest difference, as a part of the largest number. */
function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const size = Math.max(...Array.from(b, Math.abs))
  const differences = Array.from(a, (x, i) => Math.abs(x - (b[i] ?? Number.NaN)))
  const most = Math.max(...differences)
  return size === 0 ? most : most / size
}

/** Trains small networks on a mode, and compares with the same in `f64` on the reference backend. */
export function describeTraining(mode: GpuMode): void {
  const backend = gpu({ mode })
  afterAll(async () => {
    await setBackend('reference')
    await (await backend).dispose()
  })
  const networks: readonly (readonly [string, Layer<object>])[] = [
    ['a vision transformer', vit],
    ['a residual network', resnet],
  ]
  describe.each(networks)(`${steps} steps of training %s on gpu:${mode}`, (_, model) => {
    it.each(Object.entries(methods))(
      'with %s end where f64 ends',
      async (_, method) => {
        await setBackend('reference')
        const right = await trained(model, method, 'f64')
        await setBackend(await backend)
        const found = await trained(model, method, 'f32')
        expect(found.chosen).toEqual(right.chosen)
        expect(difference(found.losses, right.losses)).toBeLessThan(lossBound)
        for (const [path, { data, shape }] of Object.entries(right.end)) {
          expect(found.end[path]?.shape, path).toEqual(shape)
          expect(difference(found.end[path]?.data ?? [], data), path).toBeLessThan(bound)
        }
      },
      120_000,
    )
  })
}
