import type { Contestant, Run } from './contestant.ts'
import type { Jax, JaxArray, JaxStep } from './jax-types.ts'
import { learningRate, type Operations } from './operations.ts'
import type { HostTensor, Workload } from './workload.ts'

const kept = (x: JaxArray | number): JaxArray | number => (typeof x === 'number' ? x : x.ref)

/** Every operand is kept: nothing here knows which use is the last, and under `jit` it makes no difference. */
function operationsOf({ numpy, nn, lax }: Jax): Operations<JaxArray> {
  const sides = [
    [1, 1],
    [1, 1],
  ] as const
  return {
    channels: 'first',
    add: (a, b) => a.ref.add(kept(b)),
    sub: (a, b) => a.ref.sub(kept(b)),
    mul: (a, b) => a.ref.mul(kept(b)),
    maximum: (x, floor) => numpy.maximum(x.ref, floor),
    tanh: (x) => numpy.tanh(x.ref),
    matmul: (a, b) => numpy.matmul(a.ref, b.ref),
    reshape: (x, shape) => x.ref.reshape(shape),
    transpose: (x, axes) => x.ref.transpose(axes),
    softmax: (x) => nn.softmax(x.ref),
    logSoftmax: (x) => nn.logSoftmax(x.ref),
    standardize: (x) => nn.standardize(x.ref),
    sum: (x, axis) => numpy.sum(x.ref, axis),
    mean: (x, axes) => numpy.mean(x.ref, axes),
    conv: (x, kernels, stride) => lax.convGeneralDilated(x.ref, kernels.ref, [stride, stride], sides),
  }
}

/** One repetition of the work, compiled as a whole. */
function stepOf(jax: Jax, { work }: Workload): JaxStep {
  const operations = operationsOf(jax)
  if (work.kind === 'map') {
    return jax.jit((state, fixed) => state.map((x) => work.apply(operations, x, fixed)))
  }
  const gradient = jax.grad((parameters, batch) => work.loss(operations, parameters, batch))
  return jax.jit((state, fixed) => {
    const gradients = gradient(
      state.map((p) => p.ref),
      fixed.map((x) => x.ref),
    )
    return state.map((p, i) => p.ref.sub((gradients[i] as JaxArray).ref.mul(learningRate)))
  })
}

/** jax-js on its WebGPU backend: a repetition is one compiled function, called again and again. */
export async function jaxJs(jax: Jax, version: string): Promise<Contestant> {
  if (!(await jax.init('webgpu')).includes('webgpu')) throw new Error('its WebGPU backend does not start')
  jax.defaultDevice('webgpu')
  const uploaded = (tensors: readonly HostTensor[]): JaxArray[] =>
    tensors.map(({ data, shape }) => jax.numpy.array(data, { shape }))
  const prepare = async (workload: Workload): Promise<Run> => {
    const fixed = uploaded(workload.fixed)
    const step = stepOf(jax, workload)
    return async (repetitions) => {
      let state = uploaded(workload.state)
      // A compiled function uses its arguments up.
      for (let i = 0; i < repetitions; i++)
        state = step(
          state,
          fixed.map((x) => x.ref),
        )
      return Promise.all(state.map((x) => x.data()))
    }
  }
  return { name: 'jax-js webgpu', version, channels: 'first', prepare }
}
