import type { Contestant, Run } from './contestant.ts'
import { firstValues, oneHotRows, uniformNumbers, vitParameterShapes } from './numbers.ts'
import { peer } from './peer.ts'
import type { Tfjs, TfjsWasm, TfTensor } from './tfjs-types.ts'
import { classes, large, perceptron, type VitShape, vits } from './workloads.ts'

/** TensorFlow.js on its WebAssembly backend, operation by operation. */
export async function tfjs(): Promise<Contestant> {
  const { module: tf, version } = await peer<Tfjs>('@tensorflow/tfjs')
  const { module: backend } = await peer<TfjsWasm>('@tensorflow/tfjs-backend-wasm')
  // As many as it can: in Node it stays with one.
  backend.setThreadsCount(2)
  await tf.setBackend('wasm')
  await tf.ready()
  const prepare = async (workload: string): Promise<Run | string> => {
    const [kind, size] = workload.split(' ')
    if (kind === 'matmul') return product(tf, Number(size))
    switch (workload) {
      case 'mlp':
        return mlp(tf)
      case 'vit64':
      case 'vit192':
        return vit(tf, vits[workload])
      case 'resnet20':
        return 'its WebAssembly backend has no gradient of a convolution toward the filter'
      default:
        return rows(tf, workload)
    }
  }
  return { name: 'tfjs', version, how: `wasm, ${backend.getThreadsCount()} threads`, prepare }
}

const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** Its kernels compute when they are called: what is returned is there. */
const computing =
  (tf: Tfjs, f: () => TfTensor): Run =>
  async () =>
    tf.tidy(f).dispose()

function product(tf: Tfjs, size: number): Run {
  const shape = [size, size]
  const [a, b] = [
    tf.tensor(uniformNumbers(size * size), shape),
    tf.tensor(uniformNumbers(size * size), shape),
  ]
  return computing(tf, () => tf.matMul(a, b))
}

/** Rows with mean 0 and variance 1. */
function standardized(tf: Tfjs, x: TfTensor): TfTensor {
  const centred = tf.sub(x, tf.mean(x, -1, true))
  const variance = tf.mean(tf.square(centred), -1, true)
  return tf.mul(centred, tf.rsqrt(tf.add(variance, tf.scalar(1e-5))))
}

function rows(tf: Tfjs, workload: string): Run | string {
  const x = tf.tensor(uniformNumbers(count(large)), large)
  const [zero, one, two] = [0, 1, 2].map((value) => tf.scalar(value)) as [TfTensor, TfTensor, TfTensor]
  const functions: Readonly<Record<string, () => TfTensor>> = {
    chain: () => tf.sub(tf.mul(tf.maximum(tf.add(tf.mul(x, two), one), zero), x), x),
    softmax: () => tf.softmax(x),
    'layer norm': () => standardized(tf, x),
  }
  const f = functions[workload]
  return f === undefined ? `no workload ${workload}` : computing(tf, f)
}

/** A training step with momentum. */
function training(tf: Tfjs, loss: () => TfTensor): Run {
  const optimizer = tf.train.momentum(0.01, 0.9)
  return async () => {
    const value = tf.tidy(() => optimizer.minimize(loss, true))
    await value.data()
    value.dispose()
  }
}

const variables = (tf: Tfjs, shapes: readonly number[][]): TfTensor[] =>
  shapes.map((shape) => tf.variable(tf.tensor(firstValues(shape), shape)))

/** Cross-entropy with one-hot targets. */
const crossEntropy = (tf: Tfjs, logits: TfTensor, targets: TfTensor): TfTensor =>
  tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1)))

function mlp(tf: Tfjs): Run {
  const { widths, batch } = perceptron
  const parameters = variables(
    tf,
    widths.slice(1).flatMap((to, i) => [[widths[i] ?? 0, to], [to]]),
  )
  const inputs = tf.tensor(uniformNumbers(batch * widths[0]), [batch, widths[0]])
  const targets = tf.tensor(oneHotRows(batch), [batch, classes])
  return training(tf, () => {
    let h = inputs
    for (let i = 0; i < parameters.length; i += 2) {
      const [w, b] = parameters.slice(i, i + 2) as [TfTensor, TfTensor]
      h = tf.add(tf.matMul(h, w), b)
      if (i + 2 < parameters.length) h = tf.relu(h)
    }
    return crossEntropy(tf, h, targets)
  })
}

function vit(tf: Tfjs, { width, depth, heads, image, channels, patch, batch }: VitShape): Run {
  const side = image / patch
  const [tokens, patchSize] = [side * side, channels * patch * patch]
  const parameters = variables(tf, vitParameterShapes(width, depth, tokens, patchSize))
  const shape = [batch, channels, side, patch, side, patch]
  const images = tf.tensor(uniformNumbers(count(shape)), shape)
  const targets = tf.tensor(oneHotRows(batch), [batch, classes])
  const [half, one, cubic, root] = [0.5, 1, 0.044715, Math.sqrt(2 / Math.PI)].map((value) =>
    tf.scalar(value),
  ) as [TfTensor, TfTensor, TfTensor, TfTensor]
  const scale = tf.scalar(1 / Math.sqrt(width / heads))
  // By tanh, as there is no erf on the WebAssembly backend.
  const gelu = (x: TfTensor): TfTensor => {
    const inner = tf.mul(root, tf.add(x, tf.mul(cubic, tf.mul(x, tf.square(x)))))
    return tf.mul(tf.mul(half, x), tf.add(one, tf.tanh(inner)))
  }
  return training(tf, () => {
    const given = parameters.values()
    const next = (): TfTensor => given.next().value as TfTensor
    // Over rows, as the gradient of a batched product with one matrix throws.
    const dense = (x: TfTensor): TfTensor => tf.add(tf.matMul(x, next()), next())
    const norm = (x: TfTensor): TfTensor => tf.add(tf.mul(standardized(tf, x), next()), next())
    const headed = (x: TfTensor): TfTensor =>
      tf.transpose(tf.reshape(x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3])
    const attention = (x: TfTensor): TfTensor => {
      const [q, k, v] = tf.split(dense(x), 3, -1) as [TfTensor, TfTensor, TfTensor]
      const weights = tf.softmax(tf.mul(tf.matMul(headed(q), headed(k), false, true), scale))
      const mixed = tf.transpose(tf.matMul(weights, headed(v)), [0, 2, 1, 3])
      return dense(tf.reshape(mixed, [batch * tokens, width]))
    }
    const patches = tf.reshape(tf.transpose(images, [0, 2, 4, 1, 3, 5]), [batch * tokens, patchSize])
    const embedded = tf.add(tf.reshape(dense(patches), [batch, tokens, width]), next())
    let x = tf.reshape(embedded, [batch * tokens, width])
    for (let i = 0; i < depth; i++) {
      x = tf.add(x, attention(norm(x)))
      x = tf.add(x, dense(gelu(dense(norm(x)))))
    }
    const pooled = tf.mean(tf.reshape(norm(x), [batch, tokens, width]), 1)
    return crossEntropy(tf, dense(pooled), targets)
  })
}
