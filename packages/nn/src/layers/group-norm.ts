import { formatShape, OpError, ones, sizeOf, type Tensor, zeros } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { affine, standardize } from './standardize.ts'

/** Parameters of {@link groupNorm}: `weight` and `bias` `[channels]`, null where absent. */
export interface GroupNormParams {
  readonly weight: Tensor | null
  readonly bias: Tensor | null
}

/** Options of {@link groupNorm}. */
export interface GroupNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** Learn a scale and a shift per channel. Default true. */
  readonly affine?: boolean
}

/**
 * Group normalisation (Wu and He, 2018): the channels of `[N, channels, …]` fall into `groups`, and each group of each
 * example gets mean 0 and variance 1, then a learned scale and shift per channel. It needs no running statistics.
 *
 * @throws OpError when the groups do not divide the channels; when applied, if the input has other channels.
 */
export function groupNorm(
  groups: number,
  channels: number,
  { eps = 1e-5, affine: learned = true }: GroupNormOptions = {},
): Layer<GroupNormParams> {
  if (!(Number.isInteger(groups) && groups > 0) || channels % groups !== 0) {
    throw new OpError('groupNorm', `${groups} groups do not divide ${channels} channels`)
  }
  return {
    init: () => ({
      weight: learned ? ones([channels]) : null,
      bias: learned ? zeros([channels]) : null,
    }),
    apply: ({ weight, bias }, x) => {
      if (x.rank < 2 || x.shape[1] !== channels) {
        throw new OpError('groupNorm', `needs [N, ${channels}, …], got ${formatShape(x.shape)}`)
      }
      const [n = 0, , ...spatial] = x.shape
      const grouped = x.reshape(n, groups, (channels / groups) * sizeOf(spatial))
      const perChannel = [channels, ...spatial.map(() => 1)]
      return affine(
        standardize(grouped, -1, eps).reshape(x.shape),
        weight?.reshape(perChannel) ?? null,
        bias?.reshape(perChannel) ?? null,
      )
    },
    kinds: () => ({ weight: learned ? 'scale' : null, bias: learned ? 'shift' : null }),
  }
}
