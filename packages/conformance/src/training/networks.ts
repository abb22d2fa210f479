import { conv2d, type DType, key, logSoftmax, matmul, maxPool2d, relu, type Tensor, tanh } from '@samkit/core'
import { hostArray, leafOf, randomNumbers } from '@samkit/core/testing'
import { type Batch, batchObjective, type Loss, type Model, type Objective } from '@samkit/optim'

/** Parameters by name. */
export type Params = Readonly<Record<string, Tensor>>

/** A small network, with the shapes of its parameters. */
interface Network {
  readonly shapes: Readonly<Record<string, readonly number[]>>
  readonly input: readonly number[]
  apply(params: Params, x: Tensor): Tensor
}

const examples = 6
const classes = 3

function part(params: Params, name: string): Tensor {
  const found = params[name]
  if (found === undefined) throw new Error(`the network has no parameter "${name}"`)
  return found
}

/** The networks that training is checked on. */
export const networks: Readonly<Record<'mlp' | 'conv', Network>> = {
  mlp: {
    shapes: { w: [4, 5], b: [5], v: [5, classes], c: [classes] },
    input: [4],
    apply: (p, x) => {
      const hidden = tanh(matmul(x, part(p, 'w')).add(part(p, 'b')))
      return matmul(hidden, part(p, 'v')).add(part(p, 'c'))
    },
  },
  conv: {
    shapes: { w: [2, 1, 3, 3], b: [2, 1, 1], v: [18, classes], c: [classes] },
    input: [1, 6, 6],
    apply: (p, x) => {
      const maps = relu(conv2d(x, part(p, 'w'), { padding: 1 }).add(part(p, 'b')))
      const pooled = maxPool2d(maps, { kernelSize: 2 })
      return matmul(pooled.reshape([-1, 18]), part(p, 'v')).add(part(p, 'c'))
    },
  },
}

/** The name of a network. */
export type NetworkName = keyof typeof networks

/** Cross-entropy from logits `[N, C]` and classes `[N]`. */
const crossEntropy: Loss = (logits, targets, { reduction } = { reduction: 'mean' }) => {
  const each = logSoftmax(logits, { axis: 1 })
    .gather(1, targets.reshape([targets.size, 1]))
    .reshape([targets.size])
    .neg()
  return reduction === 'none' ? each : each.mean()
}

/** What a step of training starts from. */
export interface Problem {
  readonly params: Params
  objective(step: number): Objective<Params>
}

/**
 * A network with parameters and one batch. The examples are of very different size, and so are their losses: no rounding
 * changes which are the largest.
 */
export function problemFor(name: NetworkName, dtype: DType): Problem {
  const { shapes, input, apply } = networks[name]
  const random = randomNumbers(name.length)
  const leaf = (shape: readonly number[], scale: (i: number) => number): Tensor => {
    const size = shape.reduce((a, b) => a * b, 1)
    return leafOf(
      hostArray(
        shape,
        dtype,
        Array.from({ length: size }, (_, i) => scale(i) * (2 * random() - 1)),
      ),
    )
  }
  const perExample = input.reduce((a, b) => a * b, 1)
  const batch: Batch = {
    inputs: leaf([examples, ...input], (i) => 0.4 + 0.7 * Math.floor(i / perExample)),
    targets: leafOf(hostArray([examples], 'i32', [0, 2, 1, 1, 0, 2])),
  }
  const params = Object.fromEntries(
    Object.entries(shapes).map(([path, shape]) => [path, leaf(shape, () => 0.8)]),
  )
  const model: Model<Params> = { init: () => params, apply }
  return {
    params,
    objective: (step) => batchObjective(model, crossEntropy, batch, { key: key(step), buffers: {} }),
  }
}
