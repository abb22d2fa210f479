import type { Tensor } from '@samkit/core'
import { planInput, type Schedule, valueAt } from '../schedule.ts'
import { globalNorm, ratio } from './norm.ts'
import { mapTrees, scaled } from './tree.ts'

/** When a perturbation is made: the step, and a random key for those that draw. */
export interface Moment {
  /** Steps taken before this one. */
  readonly step: number
  /** The random key of the step. */
  readonly key: Tensor
}

/** Where to look for a worse loss nearby: from parameters and gradient, the perturbation ε, a tree like them. */
export type Perturbation = <P>(params: P, grads: P, moment: Moment) => P

/**
 * `ε = ρ g / ‖g‖`: the step of length ρ that raises the linearised loss most (Foret et al., 2021, Eq. 2). The norm is over
 * all tensors together, without an epsilon; where it is 0 there is no direction, and ε is 0.
 */
export function l2Ball(rho: Schedule): Perturbation {
  return (_, grads, { step }) => scaled(grads, perUnit(rho, step, globalNorm(grads)))
}

/** `ε = ρ sign(g)`: the same in the ball of the maximum norm (Foret et al., 2021, Eq. 2 with p = ∞). */
export function lInfBall(rho: Schedule): Perturbation {
  return (_, grads, { step }) =>
    scaled(
      mapTrees(([g]) => (g as Tensor).sign(), grads),
      planInput(valueAt(rho, step)),
    )
}

/** `ρ / norm` at a step, and 0 where the norm is 0; ρ is an input of the plan. */
export function perUnit(rho: Schedule, step: number, norm: Tensor): Tensor {
  return ratio(planInput(valueAt(rho, step))(norm.dtype), norm)
}
