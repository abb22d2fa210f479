import type { Operations } from './operations.ts'
import { type HostTensor, uniform, type Workload } from './workload.ts'

const classes = 10

/** Hands out one after another; the formulas of a model name no parameter. */
function taker<T>(list: readonly T[]): () => T {
  let next = 0
  return () => list[next++] as T
}

const weights = (shape: readonly number[], seed: number): HostTensor =>
  uniform(shape, seed, Math.sqrt(3 / (shape[0] ?? 1)))
const filled = (size: number, value: number): HostTensor => ({
  shape: [size],
  data: new Float32Array(size).fill(value),
})
const dense = (from: number, to: number, seed: number): HostTensor[] => [
  weights([from, to], seed),
  filled(to, 0),
]
const norm = (width: number): HostTensor[] => [filled(width, 1), filled(width, 0)]
const kernels = (to: number, from: number, seed: number): HostTensor => ({
  ...uniform([to, from, 3, 3], seed, Math.sqrt(3 / (9 * from))),
  kind: 'kernels',
})

/** One row for each example, 1 at its class and 0 elsewhere. */
function oneHot(batch: number): HostTensor {
  const data = new Float32Array(batch * classes)
  for (let i = 0; i < batch; i++) data[i * classes + (i % classes)] = 1
  return { shape: [batch, classes], data }
}

function crossEntropy<T>(ops: Operations<T>, logits: T, targets: T): T {
  const right = ops.sum(ops.mul(ops.logSoftmax(logits), targets), 1)
  return ops.mul(ops.mean(right, [0]), -1)
}

function perceptron(): Workload {
  const batch = 64
  const loss = <T>(ops: Operations<T>, parameters: readonly T[], [x, targets]: readonly T[]): T => {
    const next = taker(parameters)
    const hidden = ops.maximum(ops.add(ops.matmul(x as T, next()), next()), 0)
    return crossEntropy(ops, ops.add(ops.matmul(hidden, next()), next()), targets as T)
  }
  return {
    name: 'mlp',
    title: 'MLP 784-256-10, batch 64, a training step',
    work: { kind: 'training', loss },
    state: [...dense(784, 256, 1), ...dense(256, classes, 2)],
    fixed: [uniform([batch, 784], 3), oneHot(batch)],
    more: 3,
  }
}

function transformer(): Workload {
  const [batch, tokens, width, heads, depth, patch] = [16, 16, 64, 2, 2, 49]
  const rows = batch * tokens
  const loss = <T>(ops: Operations<T>, parameters: readonly T[], [x, targets]: readonly T[]): T => {
    const next = taker(parameters)
    const linear = (y: T): T => ops.add(ops.matmul(y, next()), next())
    const normed = (y: T): T => ops.add(ops.mul(ops.standardize(y), next()), next())
    const headed = (y: T, axes: readonly number[]): T =>
      ops.transpose(ops.reshape(y, [batch, tokens, heads, width / heads]), axes)
    const gelu = (y: T): T => {
      const inner = ops.mul(ops.add(y, ops.mul(ops.mul(y, ops.mul(y, y)), 0.044715)), Math.sqrt(2 / Math.PI))
      return ops.mul(ops.mul(y, 0.5), ops.add(ops.tanh(inner), 1))
    }
    const attention = (y: T): T => {
      const q = headed(linear(y), [0, 2, 1, 3])
      const k = headed(linear(y), [0, 2, 3, 1])
      const v = headed(linear(y), [0, 2, 1, 3])
      const scores = ops.softmax(ops.mul(ops.matmul(q, k), 1 / Math.sqrt(width / heads)))
      const mixed = ops.transpose(ops.matmul(scores, v), [0, 2, 1, 3])
      return linear(ops.reshape(mixed, [rows, width]))
    }
    const embedded = ops.add(ops.reshape(linear(x as T), [batch, tokens, width]), next())
    let h = ops.reshape(embedded, [rows, width])
    for (let i = 0; i < depth; i++) {
      h = ops.add(h, attention(normed(h)))
      h = ops.add(h, linear(gelu(linear(normed(h)))))
    }
    const pooled = ops.mean(ops.reshape(normed(h), [batch, tokens, width]), [1])
    return crossEntropy(ops, linear(pooled), targets as T)
  }
  const block = (seed: number): HostTensor[] => [
    ...norm(width),
    ...[0, 1, 2, 3].flatMap((i) => dense(width, width, seed + i)),
    ...norm(width),
    ...dense(width, 4 * width, seed + 4),
    ...dense(4 * width, width, seed + 5),
  ]
  return {
    name: 'vit',
    title: 'ViT d64 L2 h2, 16 patches of 7×7, batch 16, a training step',
    work: { kind: 'training', loss },
    state: [
      ...dense(patch, width, 1),
      uniform([tokens, width], 2, 0.02),
      ...block(10),
      ...block(20),
      ...norm(width),
      ...dense(width, classes, 3),
    ],
    fixed: [uniform([rows, patch], 4), oneHot(batch)],
    more: 1,
  }
}

function convnet(): Workload {
  const [batch, narrow, wide] = [8, 16, 32]
  const loss = <T>(ops: Operations<T>, parameters: readonly T[], [x, targets]: readonly T[]): T => {
    const next = taker(parameters)
    const relu = (y: T): T => ops.maximum(y, 0)
    const block = (y: T): T => relu(ops.add(y, ops.conv(relu(ops.conv(y, next(), 1)), next(), 1)))
    const first = block(relu(ops.conv(x as T, next(), 1)))
    const second = block(relu(ops.conv(first, next(), 2)))
    const pooled = ops.mean(second, ops.channels === 'first' ? [2, 3] : [1, 2])
    return crossEntropy(ops, ops.add(ops.matmul(pooled, next()), next()), targets as T)
  }
  return {
    name: 'convnet',
    title: 'residual convnet 16-32, 16×16×3, batch 8, a training step',
    work: { kind: 'training', loss },
    state: [
      kernels(narrow, 3, 1),
      kernels(narrow, narrow, 2),
      kernels(narrow, narrow, 3),
      kernels(wide, narrow, 4),
      kernels(wide, wide, 5),
      kernels(wide, wide, 6),
      ...dense(wide, classes, 7),
    ],
    fixed: [{ ...uniform([batch, 3, 16, 16], 8), kind: 'images' }, oneHot(batch)],
    more: 1,
  }
}

/** Training steps: forward, backward and gradient descent. */
export const models: readonly (() => Workload)[] = [perceptron, transformer, convnet]
