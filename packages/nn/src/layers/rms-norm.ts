import { ones, type Shape, type Tensor } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { checkLastAxes } from './layer-norm.ts'
import { inverseRoot } from './standardize.ts'

/** Parameters of {@link rmsNorm}: `weight` of the normalised shape, null where absent. */
export interface RmsNormParams {
  readonly weight: Tensor | null
}

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions {
  /** Added to the mean square. Default: the spacing of numbers around 1 in the input's dtype, as PyTorch. */
  readonly eps?: number
  /** Learn a scale per element. Default true. */
  readonly weight?: boolean
}

/**
 * Root mean square normalisation (Zhang and Sennrich, 2019, eq. 4): `x / √(mean(x²) + eps) · weight` over the last axes,
 * which have the shape `normalizedShape`.
 *
 * @throws OpError when the last axes of the input have another shape.
 */
export function rmsNorm(
  normalizedShape: number | Shape,
  { eps, weight = true }: RmsNormOptions = {},
): Layer<RmsNormParams> {
  const shape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
  const axis = shape.map((_, i) => i - shape.length)
  return {
    init: () => ({ weight: weight ? ones(shape) : null }),
    apply: (params, x) => {
      checkLastAxes('rmsNorm', shape, x)
      const meanSquare = x.square().mean({ axis, keepDims: true })
      const y = x.mul(inverseRoot(meanSquare, eps ?? (x.dtype === 'f64' ? 2 ** -52 : 2 ** -23)))
      return params.weight === null ? y : y.mul(params.weight)
    },
    kinds: () => ({ weight: weight ? 'scale' : null }),
  }
}
