import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { mostSensitive } from '../parts/examples.ts'
import { divided, keptGradients, type MaskUnit, someLayers } from '../parts/mask.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { checkRange, checkShare, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link esam}. */
export interface EsamOptions extends SharpnessOptions {
  /** Radius ρ, at least 0; a number or a function of the step. Default 0.05; the paper takes 0.1 and 0.2 for larger nets. */
  readonly rho?: Schedule
  /** β, in (0, 1]: the probability that a tensor is perturbed. Default 0.5; the authors' ResNet-18 runs take 0.6. */
  readonly beta?: number
  /** γ, in (0, 1]: the share of the batch that the second gradient looks at. Default 0.5. */
  readonly gamma?: number
  /** What is kept or left out as one: a parameter tensor (default, as in the authors' code) or a single weight. */
  readonly mask?: MaskUnit
  /**
   * What ‖g‖ is taken over. `all`, the default: the whole gradient, as in the paper's equation; then ‖ε‖ varies with the mask.
   * `kept`: the tensors that the mask keeps, as in the authors' code. Then nobody asks for the first gradient of the others:
   * a backend that skips what is not needed leaves those products out, ‖ε‖ is ρ / β at every step, and the ‖g‖ that steps
   * report is the norm of what was kept.
   */
  readonly norm?: 'all' | 'kept'
}

/**
 * Efficient SAM (Du, Yan, Feng, Zhou, Zhen, Goh, Tan, ICLR 2022) over any base optimizer:
 *
 *     g  ← ∇L(w)
 *     ε  ← m ρ g / (β ‖g‖), m ∼ Bernoulli(β)          stochastic weight perturbation
 *     S  ← the γ b examples of largest lᵢ(w + ε) - lᵢ(w)   sharpness-sensitive data selection
 *     g' ← ∇L_S(w + ε)
 *     w  ← base(w, g')
 *
 * A gradient, a forward pass, and a gradient on a share γ of the batch. With β = γ = 1 it is SAM, bit for bit. In the mean
 * over masks ε is SAM's (with the norm of the whole gradient); its length is ρ / β at most. At least one tensor is always perturbed, and the number of examples
 * is rounded up, so neither choice can come out empty. A backward pass that leaves out the gradients of some weights
 * is reported as a whole one.
 *
 * @throws RangeError for options out of range.
 */
export function esam(base: Optimizer, options: EsamOptions = {}): Method {
  const { rho = 0.05, beta = 0.5, gamma = 0.5, mask = 'tensor', norm = 'all', ...shared } = options
  checkRange('esam', 'rho', rho, 0)
  checkShare('esam', 'beta', beta)
  checkShare('esam', 'gamma', gamma)
  return sharpnessAware(base, {
    name: 'esam',
    ...(norm === 'all'
      ? { perturb: someLayers(l2Ball(rho), beta, mask) }
      : { perturb: divided(l2Ball(rho), beta), looksAt: keptGradients(beta, mask) }),
    examples: mostSensitive(gamma),
    ...shared,
  })
}
