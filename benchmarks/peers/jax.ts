import type { Contestant, Run } from './contestant.ts'
import type { Jax, JaxArray, JaxLoss } from './jax-types.ts'
import { firstValues, oneHotRows, uniformNumbers, vitParameterShapes } from './numbers.ts'
import { peer } from './peer.ts'
import { classes, large, perceptron, type VitShape, vits } from './workloads.ts'

/** jax-js on its WebAssembly backend, everything under `jit`. */
export async function jaxJs(): Promise<Contestant> {
  const { module, version } = await peer<Jax>('@jax-js/jax')
  await module.init('wasm')
  module.defaultDevice('wasm')
  const prepare = async (workload: string): Promise<Run | string> => {
    const [kind, size] = workload.split(' ')
    if (kind === 'matmul') return product(module, Number(size))
    switch (workload) {
      case 'mlp':
        return mlp(module)
      case 'vit64':
      case 'vit192':
        return vit(module, vits[workload])
      case 'resnet20':
        return 'its convolution gradients took about 100 s a step when they were timed by hand'
      default:
        return rows(module, workload)
    }
  }
  return { name: 'jax-js', version, how: 'wasm, jit', prepare }
}

const array = ({ numpy }: Jax, shape: readonly number[], data: Float32Array): JaxArray =>
  numpy.array(data, { shape })
const count = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

function product(jax: Jax, size: number): Run {
  const [a, b] = [1, 2].map((scale) => array(jax, [size, size], uniformNumbers(size * size, scale)))
  const f = jax.jit((x: JaxArray, y: JaxArray) => jax.numpy.matmul(x, y))
  return async () => {
    if (a !== undefined && b !== undefined) (await f(a.ref, b.ref).blockUntilReady()).dispose()
  }
}

function rows(jax: Jax, workload: string): Run | string {
  const { nn, numpy } = jax
  const functions: Readonly<Record<string, (x: JaxArray) => JaxArray>> = {
    chain: (x) => numpy.maximum(x.ref.mul(2).add(1), 0).mul(x.ref).sub(x),
    softmax: nn.softmax,
    'layer norm': (x) => nn.standardize(x),
  }
  const f = functions[workload]
  if (f === undefined) return `no workload ${workload}`
  const compiled = jax.jit(f)
  const x = array(jax, large, uniformNumbers(count(large)))
  return async () => (await compiled(x.ref).blockUntilReady()).dispose()
}

/** A training step with momentum, compiled as a whole. */
function training(
  jax: Jax,
  shapes: readonly number[][],
  loss: JaxLoss,
  inputs: JaxArray,
  targets: JaxArray,
): Run {
  let parameters = shapes.map((shape) => array(jax, shape, firstValues(shape)))
  let velocities = shapes.map((shape) => array(jax, shape, new Float32Array(count(shape))))
  const gradient = jax.valueAndGrad(loss)
  const step = jax.jit((ps: JaxArray[], vs: JaxArray[], x: JaxArray, y: JaxArray) => {
    const [value, grads] = gradient(
      ps.map((p) => p.ref),
      x,
      y,
    )
    const next = grads.map((g, i) => (vs[i] as JaxArray).mul(0.9).add(g))
    return [ps.map((p, i) => p.sub((next[i] as JaxArray).ref.mul(0.01))), next, value] as const
  })
  return async () => {
    const [ps, vs, value] = step(parameters, velocities, inputs.ref, targets.ref)
    parameters = [...ps]
    velocities = [...vs]
    await value.data()
  }
}

/** Cross-entropy with one-hot targets. */
const crossEntropy = ({ nn, numpy }: Jax, logits: JaxArray, targets: JaxArray): JaxArray =>
  numpy.mean(numpy.sum(nn.logSoftmax(logits).mul(targets), -1)).mul(-1)

function mlp(jax: Jax): Run {
  const { widths, batch } = perceptron
  const shapes = widths.slice(1).flatMap((to, i) => [[widths[i] ?? 0, to], [to]])
  const loss: JaxLoss = (parameters, x, targets) => {
    let h = x
    for (let i = 0; i < parameters.length; i += 2) {
      const [w, b] = parameters.slice(i, i + 2) as [JaxArray, JaxArray]
      h = jax.numpy.matmul(h, w).add(b)
      if (i + 2 < parameters.length) h = jax.nn.relu(h)
    }
    return crossEntropy(jax, h, targets)
  }
  const inputs = array(jax, [batch, widths[0]], uniformNumbers(batch * widths[0]))
  return training(jax, shapes, loss, inputs, array(jax, [batch, classes], oneHotRows(batch)))
}

function vit(jax: Jax, { width, depth, heads, image, channels, patch, batch }: VitShape): Run {
  const { nn, numpy } = jax
  const side = image / patch
  const [tokens, patchSize] = [side * side, channels * patch * patch]
  const loss: JaxLoss = (parameters, images, targets) => {
    const given = parameters.values()
    const next = (): JaxArray => given.next().value as JaxArray
    const dense = (x: JaxArray): JaxArray => numpy.matmul(x, next()).add(next())
    const norm = (x: JaxArray): JaxArray => nn.standardize(x).mul(next()).add(next())
    // By hand, as dotProductAttention() asks for iterator helpers, which Node 20 has not.
    const headed = (x: JaxArray, axes: readonly number[]): JaxArray =>
      x.reshape([batch, tokens, heads, width / heads]).transpose(axes)
    const attention = (x: JaxArray): JaxArray => {
      const [q, k, v] = numpy.split(dense(x), 3, -1) as [JaxArray, JaxArray, JaxArray]
      const scores = numpy.matmul(headed(q, [0, 2, 1, 3]), headed(k, [0, 2, 3, 1]))
      const weights = nn.softmax(scores.mul(1 / Math.sqrt(width / heads)))
      const mixed = numpy.matmul(weights, headed(v, [0, 2, 1, 3]))
      return dense(mixed.transpose([0, 2, 1, 3]).reshape([batch, tokens, width]))
    }
    const patches = images
      .reshape([batch, channels, side, patch, side, patch])
      .transpose([0, 2, 4, 1, 3, 5])
      .reshape([batch, tokens, patchSize])
    let x = dense(patches).add(next())
    for (let i = 0; i < depth; i++) {
      x = x.ref.add(attention(norm(x)))
      x = x.ref.add(dense(nn.gelu(dense(norm(x)))))
    }
    return crossEntropy(jax, dense(numpy.mean(norm(x), 1)), targets)
  }
  const shape = [batch, channels, image, image]
  const shapes = vitParameterShapes(width, depth, tokens, patchSize)
  const inputs = array(jax, shape, uniformNumbers(count(shape)))
  return training(jax, shapes, loss, inputs, array(jax, [batch, classes], oneHotRows(batch)))
}
