import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { regularizeCurvature } from '../parts/combine.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link crSam}. */
export interface CrSamOptions extends SharpnessOptions {
  /** Radius ρ, at least 0; a number or a function of the step. Default 0.1, the authors'. */
  readonly rho?: Schedule
  /** The weight of the second difference, at least 0. Default 0.1, the authors'. */
  readonly a?: number
  /** The weight of the first difference, at least 0. Default 0.01, the authors'. */
  readonly b?: number
}

/**
 * Curvature Regularized SAM (Wu, Luo, Wunsch, AAAI 2024) over any base optimizer, as its authors' code computes it:
 *
 *     g  ← ∇L(w)
 *     ε  ← ρ g / ‖g‖
 *     g⁺ ← ∇L(w + ε)
 *     g⁻ ← ∇L(w - ε)
 *     w  ← base(w, g⁺ + a (g⁺ + g⁻ - 2 g) + b (g⁺ - g⁻))
 *
 * The differences stand for the gradient of a normalised Hessian trace along g. Three gradients a step. The sign of b is the
 * code's; differentiating the paper's -log ‖g‖ would give the other.
 *
 * @throws RangeError for options out of range.
 */
export function crSam(
  base: Optimizer,
  { rho = 0.1, a = 0.1, b = 0.01, ...shared }: CrSamOptions = {},
): Method {
  checkRange('crsam', 'rho', rho, 0)
  checkRange('crsam', 'a', a, 0)
  checkRange('crsam', 'b', b, 0)
  return sharpnessAware(base, {
    name: 'crsam',
    perturb: l2Ball(rho),
    combine: regularizeCurvature(a, b),
    ...shared,
  })
}
