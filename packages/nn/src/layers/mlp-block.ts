import type { Initializer } from '../init.ts'
import type { Layer } from '../layer.ts'
import { module } from '../module.ts'
import { type Activation, activationFunction } from './activation.ts'
import { dropout } from './dropout.ts'
import { type LinearParams, linear } from './linear.ts'

/** Parameters of {@link mlpBlock}, named as timm's. */
export interface MlpBlockParams {
  readonly fc1: LinearParams
  readonly fc2: LinearParams
}

/** Options of {@link mlpBlock}. */
export interface MlpBlockOptions {
  /** Between the two linear layers. Default exact GELU. */
  readonly activation?: Activation
  /** Dropout rate after each linear layer, in [0, 1). Default 0. */
  readonly dropout?: number
  /** Draws the weights. Default: as `linear`. */
  readonly weightInit?: Initializer
  /** Draws the biases. Default: as `linear`. */
  readonly biasInit?: Initializer
}

/** The position-wise network of a transformer: `[…, dim] → […, hidden] → […, dim]`. */
export function mlpBlock(
  dim: number,
  hidden: number,
  { activation = 'gelu', dropout: rate = 0, ...init }: MlpBlockOptions = {},
): Layer<MlpBlockParams> {
  const act = activationFunction(activation)
  return module(
    {
      fc1: linear(dim, hidden, init),
      drop1: dropout(rate),
      fc2: linear(hidden, dim, init),
      drop2: dropout(rate),
    },
    (l, x) => l.drop2(l.fc2(l.drop1(act(l.fc1(x))))),
  )
}
