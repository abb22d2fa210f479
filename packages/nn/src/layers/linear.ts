import { foldIn, formatShape, matmul, OpError, type Tensor } from '@samkit/core'
import { type Initializer, torchUniform } from '../init.ts'
import type { Layer } from '../layer.ts'

/** Parameters of {@link linear}: `weight` `[out, in]` and `bias` `[out]`, or null without bias. */
export interface LinearParams {
  readonly weight: Tensor
  readonly bias: Tensor | null
}

/** Options of {@link linear}. */
export interface LinearOptions {
  /** Add a learned bias. Default true. */
  readonly bias?: boolean
  /** Draws the weight. Default: uniform in ±1/√in, as PyTorch. */
  readonly weightInit?: Initializer
  /** Draws the bias. Default: uniform in ±1/√in, as PyTorch. */
  readonly biasInit?: Initializer
}

/**
 * `x · weightᵀ + bias` over the last axis: `[…, inFeatures] → […, outFeatures]`. Initialised as PyTorch's `Linear`.
 *
 * @throws OpError when the last axis of the input is not `inFeatures` long.
 */
export function linear(
  inFeatures: number,
  outFeatures: number,
  options: LinearOptions = {},
): Layer<LinearParams> {
  const standard: Initializer = (key, shape) => torchUniform(key, shape, inFeatures)
  const { bias = true, weightInit = standard, biasInit = standard } = options
  return {
    init: (key) => ({
      weight: weightInit(foldIn(key, 0), [outFeatures, inFeatures]),
      bias: bias ? biasInit(foldIn(key, 1), [outFeatures]) : null,
    }),
    apply: (params, x) => {
      if (x.shape.at(-1) !== inFeatures) {
        throw new OpError(
          'linear',
          `expects ${inFeatures} features on the last axis, got ${formatShape(x.shape)}`,
        )
      }
      const y = matmul(x, params.weight.transpose())
      return params.bias === null ? y : y.add(params.bias)
    },
    kinds: () => ({ weight: 'weight', bias: bias ? 'bias' : null }),
  }
}
