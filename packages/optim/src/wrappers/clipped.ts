import { onesLike, type Tensor, where } from '@samkit/core'
import type { Optimizer } from '../optimizer.ts'
import { globalNorm } from '../parts/norm.ts'
import { mapTrees, scaled } from '../parts/tree.ts'
import { checkRange, planInput, type Schedule, valueAt } from '../schedule.ts'

/** Options of {@link clipped}. */
export interface ClippedOptions {
  /** The longest gradient, all parameters together, above 0; a number or a function of the step. Default: any. */
  readonly norm?: Schedule
  /** The largest magnitude of an entry of it, above 0; a number or a function of the step. Default: any. */
  readonly value?: Schedule
}

/**
 * An optimizer whose gradients are clipped first: every entry to ±`value`, then all together to the length `norm`.
 *
 * Over a sharpness-aware method's base it clips the gradient that the step is taken with, and nothing before: a perturbation
 * along the gradient does not depend on its length.
 *
 * @throws RangeError when there is nothing to clip to, or a bound is not above 0.
 *
 * @example
 * sam(clipped(adamW({ lr: 1e-3 }), { norm: 1 }), { rho: 0.05 })
 */
export function clipped(base: Optimizer, { norm, value }: ClippedOptions): Optimizer {
  if (norm === undefined && value === undefined) throw new RangeError('clipped: give norm, value or both')
  if (norm !== undefined) checkRange('clipped', 'norm', norm, Number.MIN_VALUE)
  if (value !== undefined) checkRange('clipped', 'value', value, Number.MIN_VALUE)
  return {
    ...base,
    update: (params, grads, state) => {
      let clippedGrads = grads
      if (value !== undefined) {
        const bound = planInput(valueAt(value, state.step))
        clippedGrads = mapTrees(([g]) => within(g as Tensor, bound((g as Tensor).dtype)), clippedGrads)
      }
      if (norm !== undefined) {
        const length = globalNorm(clippedGrads)
        const longest = planInput(valueAt(norm, state.step))(length.dtype)
        const long = length.gt(longest)
        clippedGrads = scaled(
          clippedGrads,
          where(long, longest.div(where(long, length, 1)), onesLike(length)),
        )
      }
      return base.update(params, clippedGrads, state)
    },
  }
}

function within(g: Tensor, bound: Tensor): Tensor {
  return g.minimum(bound).maximum(bound.neg())
}
