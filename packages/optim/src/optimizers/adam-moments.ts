import type { Tensor } from '@samkit/core'
import { checkRange } from '../schedule.ts'

/** Options that the members of Adam's family share. */
export interface MomentOptions {
  /** Decay rates β₁ and β₂ of the averages of the gradient and of its square, in [0, 1). Default 0.9 and 0.999. */
  readonly betas?: readonly [number, number]
  /** Added to the root of the averaged square, at least 0. Default 1e-8. */
  readonly eps?: number
}

/** Names of the slots: averages of the gradient and of its square. */
export const momentSlots: readonly string[] = ['m', 'v']

/** Checks the options, and gives them with their defaults. */
export function momentsOf(
  owner: string,
  { betas = [0.9, 0.999], eps = 1e-8 }: MomentOptions,
): Required<MomentOptions> {
  checkRange(owner, 'beta1', betas[0], 0, 1)
  checkRange(owner, 'beta2', betas[1], 0, 1)
  checkRange(owner, 'eps', eps, 0)
  return { betas, eps }
}

/** `1 - β₁ᵗ` and `√(1 - β₂ᵗ)` for the step after `step` others: averages that begin at 0 are too small by that. */
export function corrections(
  [beta1, beta2]: readonly [number, number],
  step: number,
): { readonly first: number; readonly root: number } {
  return { first: 1 - beta1 ** (step + 1), root: Math.sqrt(1 - beta2 ** (step + 1)) }
}

/** `β a + (1 - β) x`: an average moved toward `x`. */
export function moved(average: Tensor, beta: number, x: Tensor): Tensor {
  return average.mul(beta).add(x.mul(1 - beta))
}
