import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { globalNorm } from '../parts/norm.ts'
import { l2Ball, perturbed } from '../parts/perturbation.ts'
import { checkRange, type Schedule } from '../schedule.ts'

/** Options of {@link sam}. */
export interface SamOptions {
  /**
   * Radius ρ of the neighbourhood, at least 0; a number or a function of the step. Default 0.05, the paper's; it searched
   * {0.01, 0.02, 0.05, 0.1, 0.2, 0.5}. With 0 it is the base optimizer, bit for bit.
   */
  readonly rho?: Schedule
}

/**
 * Sharpness-Aware Minimization (Foret, Kleiner, Mobahi, Neyshabur, ICLR 2021, Algorithm 1) over any base optimizer:
 *
 *     g  ← ∇L(w)
 *     ε  ← ρ g / ‖g‖
 *     g' ← ∇L(w + ε)
 *     w  ← base(w, g')
 *
 * Two gradients a step. Second-order terms are dropped, as in the paper. The loss reported is L(w).
 *
 * @throws RangeError when ρ is negative.
 */
export function sam(base: Optimizer, { rho = 0.05 }: SamOptions = {}): Method {
  checkRange('sam', 'rho', rho, 0)
  const perturbation = l2Ball(rho)
  return {
    name: 'sam',
    init: (params) => ({ base: base.init(params), slots: {} }),
    step: (params, state, objective) => {
      const here = objective.gradient(params)
      const epsilon = perturbation(params, here.grads, state.base.step)
      const there = objective.gradient(perturbed(params, epsilon))
      const updated = base.update(params, there.grads, state.base)
      return {
        params: updated.params,
        state: { base: updated.state, slots: {} },
        report: {
          loss: here.loss,
          gradNorm: globalNorm(here.grads),
          perturbationNorm: globalNorm(epsilon),
          outputs: here.outputs,
          buffers: here.buffers,
          passes: { forward: 2, backward: 2 },
        },
      }
    },
  }
}
