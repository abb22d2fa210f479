import { type DType, type Tensor, treeLeaves } from '@samkit/core'
import type { Method } from '@samkit/optim'
import { type NetworkName, problemFor } from './networks.ts'

/** Which training to look at. */
export interface TrainingOptions {
  /** A perceptron with one hidden layer, or a convolution with pooling and a layer. */
  readonly network: NetworkName
  /** Steps from the same start, one after another. */
  readonly steps: number
  /** Of parameters and data. Default `f32`. */
  readonly dtype?: DType
}

/**
 * Whole steps of training as tensors to be read, by name: the new parameters, what the method remembers, and the losses and
 * norms that each step reports. Nothing has run yet.
 */
export function trainingSteps(
  method: Method,
  { network, steps, dtype = 'f32' }: TrainingOptions,
): Readonly<Record<string, Tensor>> {
  const problem = problemFor(network, dtype)
  let { params } = problem
  let state = method.init(params)
  const told: Record<string, Tensor> = {}
  for (let step = 1; step <= steps; step++) {
    const next = method.step(params, state, problem.objective(step))
    const { loss, gradNorm, perturbationNorm, perturbedLoss, finalNorm } = next.report
    Object.assign(told, named(`step ${step}`, { loss, gradNorm, perturbationNorm, perturbedLoss, finalNorm }))
    params = next.params
    state = next.state
  }
  return { ...named('params', params), ...named('state', state), ...told }
}

function named(name: string, tree: unknown): Record<string, Tensor> {
  return Object.fromEntries(treeLeaves(tree).map(({ path, tensor }) => [`${name}.${path}`, tensor]))
}
