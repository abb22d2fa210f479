import { formatShape, OpError, ones, type Shape, type Tensor, zeros } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { affine, standardize } from './standardize.ts'

/** Parameters of {@link layerNorm}: `weight` and `bias` of the normalised shape, null where absent. */
export interface LayerNormParams {
  readonly weight: Tensor | null
  readonly bias: Tensor | null
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5; vision transformers use 1e-6. */
  readonly eps?: number
  /** Learn a scale per element. Default true. */
  readonly weight?: boolean
  /** Learn a shift per element. Default: as `weight`. */
  readonly bias?: boolean
}

/**
 * Layer normalisation (Ba et al., 2016): over the last axes, which have the shape `normalizedShape`, each example gets
 * mean 0 and variance 1, then a learned scale and shift.
 *
 * @throws OpError when the last axes of the input have another shape.
 */
export function layerNorm(
  normalizedShape: number | Shape,
  { eps = 1e-5, weight = true, bias = weight }: LayerNormOptions = {},
): Layer<LayerNormParams> {
  const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
  const axes = shape.map((_, i) => i - shape.length)
  return {
    init: () => ({ weight: weight ? ones(shape) : null, bias: bias ? zeros(shape) : null }),
    apply: (params, x) => {
      checkLastAxes('layerNorm', shape, x)
      return affine(standardize(x, axes, eps), params.weight, params.bias)
    },
    kinds: () => ({ weight: weight ? 'scale' : null, bias: bias ? 'shift' : null }),
  }
}

/** Refuses inputs that do not end in `shape`. */
export function checkLastAxes(op: string, shape: Shape, x: Tensor): void {
  const found = x.shape.slice(-shape.length)
  if (shape.length === 0 || formatShape(found) !== formatShape(shape)) {
    throw new OpError(op, `normalises last axes of ${formatShape(shape)}, got ${formatShape(x.shape)}`)
  }
}
