import type { Contestant, Run } from './contestant.ts'
import { channelsLast } from './layout.ts'
import { learningRate, type Operations } from './operations.ts'
import type { Tfjs, TfTensor } from './tfjs-types.ts'
import type { HostTensor, Workload } from './workload.ts'

function operationsOf(tf: Tfjs): Operations<TfTensor> {
  return {
    channels: 'last',
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    maximum: (x, floor) => tf.maximum(x, floor),
    tanh: (x) => tf.tanh(x),
    matmul: (a, b) => tf.matMul(a, b),
    reshape: (x, shape) => tf.reshape(x, shape),
    transpose: (x, axes) => tf.transpose(x, axes),
    softmax: (x) => tf.softmax(x),
    logSoftmax: (x) => tf.logSoftmax(x),
    standardize: (x) => {
      const centred = tf.sub(x, tf.mean(x, -1, true))
      return tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5)))
    },
    sum: (x, axis) => tf.sum(x, axis),
    mean: (x, axes) => tf.mean(x, axes),
    conv: (x, kernels, stride) => tf.conv2d(x, kernels, stride, 1),
  }
}

/** The state after one repetition more. */
function step(
  tf: Tfjs,
  operations: Operations<TfTensor>,
  { work }: Workload,
  state: TfTensor[],
  fixed: readonly TfTensor[],
): TfTensor[] {
  if (work.kind === 'map') return state.map((x) => work.apply(operations, x, fixed))
  const gradients = tf.grads((...parameters) => work.loss(operations, parameters, fixed))(state)
  return state.map((p, i) => tf.sub(p, tf.mul(gradients[i] as TfTensor, learningRate)))
}

/** TensorFlow.js on one of its backends, operation by operation. Images have their channels last, as it likes them. */
export async function tfjs(tf: Tfjs, backend: 'webgl' | 'webgpu'): Promise<Contestant> {
  if (!(await tf.setBackend(backend))) throw new Error(`its backend ${backend} does not start`)
  const operations = operationsOf(tf)
  const uploaded = (tensors: readonly HostTensor[]): TfTensor[] =>
    tensors.map(({ data, shape }) => tf.tensor(data, shape))
  const prepare = async (workload: Workload): Promise<Run> => {
    await tf.setBackend(backend)
    const from = workload.state.map(channelsLast)
    const fixed = uploaded(workload.fixed.map(channelsLast))
    return async (repetitions) => {
      await tf.setBackend(backend)
      let state = uploaded(from)
      for (let i = 0; i < repetitions; i++) {
        const before = state
        state = tf.tidy(() => step(tf, operations, workload, before, fixed))
        for (const t of before) t.dispose()
      }
      const results = await Promise.all(state.map((t) => t.data()))
      for (const t of state) t.dispose()
      return results
    }
  }
  return { name: `tfjs ${backend}`, version: tf.version['tfjs-core'], channels: 'last', prepare }
}
