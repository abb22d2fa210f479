import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { mostSensitive } from '../parts/examples.ts'
import { type MaskUnit, someLayers } from '../parts/mask.ts'
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
 * over masks ε is SAM's; its length is ρ / β at most. At least one tensor is always perturbed, and the number of examples
 * is rounded up, so neither choice can come out empty.
 *
 * @throws RangeError for options out of range.
 */
export function esam(base: Optimizer, options: EsamOptions = {}): Method {
  const { rho = 0.05, beta = 0.5, gamma = 0.5, mask = 'tensor', ...shared } = options
  checkRange('esam', 'rho', rho, 0)
  checkShare('esam', 'beta', beta)
  checkShare('esam', 'gamma', gamma)
  return sharpnessAware(base, {
    name: 'esam',
    perturb: someLayers(l2Ball(rho), beta, mask),
    examples: mostSensitive(gamma),
    ...shared,
  })
}
