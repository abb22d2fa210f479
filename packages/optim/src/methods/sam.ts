import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { l2Ball, lInfBall } from '../parts/perturbation.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link sam}. */
export interface SamOptions extends SharpnessOptions {
  /**
   * Radius ρ of the neighbourhood, at least 0; a number or a function of the step. Default 0.05, the paper's for CIFAR-10
   * and ImageNet ResNets; it took 0.1 for CIFAR-100 and under label noise, 0.05 to 0.2 for PyramidNets, and searched
   * {0.01, 0.02, 0.05, 0.1, 0.2, 0.5}. With 0 it is the base optimizer, bit for bit.
   */
  readonly rho?: Schedule
  /**
   * The norm in which the neighbourhood is a ball: 2 (default) or Infinity. With `Infinity` each weight moves by ρ on its own,
   * `ε = ρ sign(g)`; the paper found 2 best (appendix C.5).
   */
  readonly p?: number
}

/**
 * Sharpness-Aware Minimization (Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, Algorithm 1) over any base optimizer:
 *
 *     g  ← ∇L(w)
 *     ε  ← ρ g / ‖g‖
 *     g' ← ∇L(w + ε)
 *     w  ← base(w, g')
 *
 * Two gradients a step. ‖g‖ is over all parameters together. Second-order terms are dropped, as in the paper; weight decay
 * is the base optimizer's and has no part in ε. The loss reported is L(w), and buffers such as running statistics are
 * those of the pass at w.
 *
 * @throws RangeError for options out of range.
 */
export function sam(base: Optimizer, { rho = 0.05, p = 2, ...shared }: SamOptions = {}): Method {
  checkRange('sam', 'rho', rho, 0)
  if (p !== 2 && p !== Number.POSITIVE_INFINITY)
    throw new RangeError(`sam: p must be 2 or Infinity, got ${p}`)
  return sharpnessAware(base, { name: 'sam', perturb: p === 2 ? l2Ball(rho) : lInfBall(rho), ...shared })
}
