import {
  add,
  type Backend,
  conv2d,
  fromOwned,
  logSoftmax,
  matmul,
  maximum,
  mean,
  mul,
  permute,
  realize,
  reshape,
  setBackend,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  toHostArray,
  valueAndGrad,
} from '@samkit/core'
import { layerNorm } from '@samkit/nn'
import type { Contestant, Run } from './contestant.ts'
import { learningRate, type Operations } from './operations.ts'
import type { HostTensor, Workload } from './workload.ts'

function standardize(x: Tensor): Tensor {
  const layer = layerNorm(x.shape.at(-1) ?? 1, { weight: false })
  return layer.apply({ weight: null, bias: null }, x, { training: false, key: null })
}

const operations: Operations<Tensor> = {
  channels: 'first',
  add,
  sub,
  mul,
  maximum,
  tanh,
  matmul,
  reshape,
  transpose: permute,
  softmax: (x) => softmax(x, { axis: -1 }),
  logSoftmax: (x) => logSoftmax(x, { axis: -1 }),
  standardize,
  sum: (x, axis) => sum(x, { axis }),
  mean: (x, axes) => mean(x, { axis: [...axes] }),
  conv: (x, kernels, stride) => conv2d(x, kernels, { stride, padding: 1 }),
}

const leaves = (tensors: readonly HostTensor[]): Tensor[] =>
  tensors.map(({ data, shape }) => fromOwned(data, shape))

/** Expressions of the state after one repetition more. */
function step({ work }: Workload, state: readonly Tensor[], fixed: readonly Tensor[]): Tensor[] {
  if (work.kind === 'map') return state.map((x) => work.apply(operations, x, fixed))
  const { grad } = valueAndGrad((parameters: Tensor[]) => work.loss(operations, parameters, fixed))([
    ...state,
  ])
  return state.map((p, i) => sub(p, mul(grad[i] as Tensor, learningRate)))
}

/** samkit on a backend: all repetitions are one plan. */
export function samkit(name: string, version: string, backend: Backend): Contestant {
  const prepare = async (workload: Workload): Promise<Run> => {
    const fixed = leaves(workload.fixed)
    return async (repetitions) => {
      await setBackend(backend)
      const from = leaves(workload.state)
      let state = from
      for (let i = 0; i < repetitions; i++) state = step(workload, state, fixed)
      await realize(...state)
      const results = await Promise.all(state.map((t) => toHostArray(t)))
      for (const t of [...from, ...state]) t.dispose()
      return results.map(({ data }) => data as Float32Array)
    }
  }
  return { name, version, channels: 'first', prepare }
}
