import { OpError, type Tensor } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { lambda } from '../module.ts'

/** An activation by name, or any function of a tensor. */
export type Activation = ActivationName | ((x: Tensor) => Tensor)

/** The activations known by name. */
export type ActivationName =
  | 'relu'
  | 'leakyRelu'
  | 'elu'
  | 'gelu'
  | 'geluTanh'
  | 'silu'
  | 'sigmoid'
  | 'tanh'
  | 'softplus'
  | 'identity'

const functions: Readonly<Record<ActivationName, (x: Tensor) => Tensor>> = {
  relu: (x) => x.relu(),
  leakyRelu: (x) => x.leakyRelu(),
  elu: (x) => x.elu(),
  gelu: (x) => x.gelu(),
  geluTanh: (x) => x.gelu({ approximate: 'tanh' }),
  silu: (x) => x.silu(),
  sigmoid: (x) => x.sigmoid(),
  tanh: (x) => x.tanh(),
  softplus: (x) => x.softplus(),
  identity: (x) => x,
}

/** The names of all activations. */
export const activationNames: readonly ActivationName[] = Object.keys(functions) as ActivationName[]

/**
 * The function that an activation stands for. `gelu` is exact, `geluTanh` the approximation.
 *
 * @throws OpError for an unknown name.
 */
export function activationFunction(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation
  if (!Object.hasOwn(functions, activation)) {
    throw new OpError('activation', `there is no '${activation}'; there are ${activationNames.join(', ')}`)
  }
  return functions[activation]
}

/**
 * An activation as a layer, for `sequential`.
 *
 * @throws OpError for an unknown name.
 */
export function activation(which: Activation): Layer<Readonly<Record<string, never>>> {
  return lambda(activationFunction(which))
}
