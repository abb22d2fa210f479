import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { reuseOrthogonal, type Scope } from '../parts/combine.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { checkCount, checkRange, type Schedule } from '../schedule.ts'
import { every, type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link lookSam}. */
export interface LookSamOptions extends SharpnessOptions {
  /** Radius ρ, at least 0; a number or a function of the step. Default 0.05, as for SAM. */
  readonly rho?: Schedule
  /** Every k-th step perturbs, the first one included; at least 1. Default 5, the paper's LookSAM-5; 10 is its other. */
  readonly k?: number
  /**
   * α, at least 0: how long the reused part is, as a share of the step's own gradient. Default 0.7, the paper's for ViTs.
   * Convolutional networks want about 0.1: the authors of Momentum-SAM found 0.7 unsuitable on CIFAR, and nothing gained
   * above 0.3 (Becker et al., 2024, appendix A.14). With 0 it is SAM at every k-th step (the paper's SAM-k).
   */
  readonly alpha?: Schedule
  /**
   * What projection and lengths are taken over: all parameters as one vector (default, the paper's), or each tensor by
   * itself, as some public implementations do; that is another algorithm.
   */
  readonly scope?: Scope
}

/**
 * LookSAM (Liu, Mai, Chen, Hsieh, You, CVPR 2022) over any base optimizer. At step t:
 *
 *     g ← ∇L(w)
 *     if t mod k = 0:
 *       gₛ ← ∇L(w + ρ g / ‖g‖)
 *       gᵥ ← gₛ - ⟨g, gₛ⟩ / ‖g‖² · g
 *       w  ← base(w, gₛ)
 *     else:
 *       w  ← base(w, g + α ‖g‖ / ‖gᵥ‖ · gᵥ)
 *
 * 1 + 1/k gradients a step. The part of SAM's gradient that is orthogonal to the plain one changes slowly, so it is kept for
 * the k - 1 steps between. Note that it is added with the length α ‖g‖ however short it was: as ρ goes to 0 this does not
 * become the base optimizer; with ρ = 0 it is.
 *
 * @throws RangeError for options out of range.
 */
export function lookSam(base: Optimizer, options: LookSamOptions = {}): Method {
  const { rho = 0.05, k = 5, alpha = 0.7, scope = 'global', ...shared } = options
  checkRange('looksam', 'rho', rho, 0)
  checkCount('looksam', 'k', k)
  checkRange('looksam', 'alpha', alpha, 0)
  return sharpnessAware(base, {
    name: 'looksam',
    perturb: l2Ball(rho),
    when: every(k),
    combine: reuseOrthogonal(alpha, scope),
    ...shared,
  })
}
