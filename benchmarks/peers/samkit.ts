import { readFile } from 'node:fs/promises'
import {
  add,
  backendNames,
  getBackend,
  key,
  matmul,
  maximum,
  mul,
  normal,
  realize,
  setBackend,
  softmax,
  sub,
  type Tensor,
  tensor,
  uniform,
} from '@samkit/core'
import { crossEntropy, layerNorm, mlp, resnet20, visionTransformer } from '@samkit/nn'
import { type Model, sgd, trainer } from '@samkit/optim'
import type { Contestant, Run } from './contestant.ts'
import { classes, large, perceptron, residual, type VitShape, vits } from './workloads.ts'

/** Runs that compute one tensor anew each time. */
function computing(f: () => Tensor): Run {
  return async () => {
    const result = f()
    await realize(result)
    result.dispose()
  }
}

async function training<P>(model: Model<P>, shape: readonly [number, ...number[]]): Promise<Run> {
  const run = await trainer(model, sgd({ lr: 0.01, momentum: 0.9 }), { loss: crossEntropy, key: key(0) })
  const inputs = await normal(key(1), shape).realize()
  const targets = tensor(
    Array.from({ length: shape[0] }, (_, i) => i % classes),
    { dtype: 'i32' },
  )
  return async () => void (await run.step({ inputs, targets }))
}

function transformer(size: VitShape): Promise<Run> {
  const { width: dim, depth, heads, image, channels, patch, batch } = size
  const model = visionTransformer(
    { dim, depth, heads },
    { imageSize: image, patchSize: patch, channels, classes, pool: 'mean' },
  )
  return training(model, [batch, channels, image, image])
}

async function prepare(workload: string): Promise<Run | string> {
  const [kind, size] = workload.split(' ')
  if (kind === 'matmul') {
    const [a, b] = [1, 2].map((seed) => uniform(key(seed), [Number(size), Number(size)]))
    if (a === undefined || b === undefined) throw new Error('two matrices are made of two seeds')
    await realize(a, b)
    return computing(() => matmul(a, b))
  }
  switch (workload) {
    case 'mlp':
      return training(mlp([...perceptron.widths]), [perceptron.batch, perceptron.widths[0]])
    case 'vit64':
    case 'vit192':
      return transformer(vits[workload])
    case 'resnet20':
      return training(resnet20(), [residual.batch, residual.channels, residual.image, residual.image])
  }
  const x = await uniform(key(1), large, { low: -1, high: 1 }).realize()
  switch (workload) {
    case 'chain':
      return computing(() => sub(mul(maximum(add(mul(x, 2), 1), 0), x), x))
    case 'softmax':
      return computing(() => softmax(x, { axis: -1 }))
    case 'layer norm': {
      const layer = layerNorm(large[1])
      const params = layer.init(key(2))
      return computing(() => layer.apply(params, x, { training: false, key: null }))
    }
    default:
      return `no workload ${workload}`
  }
}

/** samkit, on the backend of this name. */
export async function samkit(backend: string): Promise<Contestant> {
  await import('@samkit/wasm')
  if (!backendNames().includes(backend)) throw new Error(`there is no backend ${backend}`)
  await setBackend(backend)
  const manifest: { version: string } = JSON.parse(
    await readFile(new URL('../../packages/core/package.json', import.meta.url), 'utf8'),
  )
  return { name: 'samkit', version: manifest.version, how: getBackend().name, prepare }
}
