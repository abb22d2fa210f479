import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { type GapKeeps, removeGap } from '../parts/combine.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link gsam}. */
export interface GsamOptions extends SharpnessOptions {
  /**
   * Radius ρ, at least 0; a number or a function of the step. Default 0.05. The paper lets it fall with the learning rate:
   * `proportional(lr, …)`, from 0.6 to 0.1 for ViT-B/32 on ImageNet.
   */
  readonly rho?: Schedule
  /**
   * α, at least 0: how much of the gap is descended. Default 0.4, the authors' for ResNets; they take 0.6 for ViT-B/32. With 0
   * it is SAM.
   */
  readonly alpha?: Schedule
  /**
   * Whose descent stays as it is: that of the perturbed loss (default, the paper's), or that of the loss itself (`'clean'`),
   * of which the authors' code says that it has fewer loss spikes.
   */
  readonly keeps?: GapKeeps
}

/**
 * Surrogate Gap Guided SAM (Zhuang, Gong, Yuan, Cui, Adam, Dvornek, Tatikonda, Duncan, Liu, ICLR 2022) over any
 * base optimizer:
 *
 *     g  ← ∇L(w)
 *     gₚ ← ∇L(w + ρ g / ‖g‖)
 *     g⊥ ← g - ⟨g, gₚ⟩ / ‖gₚ‖² · gₚ
 *     w  ← base(w, gₚ - α g⊥)
 *
 * Lowers the perturbed loss, and across it the gap to the loss itself. Two gradients a step.
 *
 * @throws RangeError when ρ or α is negative.
 */
export function gsam(base: Optimizer, options: GsamOptions = {}): Method {
  const { rho = 0.05, alpha = 0.4, keeps = 'perturbed', ...shared } = options
  checkRange('gsam', 'rho', rho, 0)
  checkRange('gsam', 'alpha', alpha, 0)
  return sharpnessAware(base, {
    name: 'gsam',
    perturb: l2Ball(rho),
    combine: removeGap(alpha, keeps),
    ...shared,
  })
}
