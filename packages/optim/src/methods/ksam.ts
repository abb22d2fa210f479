import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { type SubsetMean, topLoss } from '../parts/examples.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { checkCount, checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link kSam}. */
export interface KSamOptions extends SharpnessOptions {
  /** Radius ρ, at least 0; a number or a function of the step. Default 0.05, as for SAM. */
  readonly rho?: Schedule
  /**
   * How many examples both gradients look at, at least 1; a number, or a function of the batch's size. Default a third of
   * the batch, rounded up: there a step costs what one of SGD costs, counting a backward pass as two forward passes. At
   * half of the batch it is 1.33 times that; the paper's average overhead of 6 % corresponds to 0.36 of the batch. With
   * the whole batch or more it is SAM.
   */
  readonly k?: number | ((size: number) => number)
  /**
   * What the gradient of the chosen examples is divided by. Default `'subset'`: their number, a mean. `'batch'`: the size
   * of the batch, which makes steps shorter by k / b. The paper does not say.
   */
  readonly mean?: SubsetMean
}

/**
 * K-SAM (Ni, Chiang, Geiping, Goldblum, Wilson, Goldstein, 2022, arXiv 2210.12864) over any base optimizer:
 *
 *     S  ← the k examples of largest loss at w
 *     g  ← ∇L_S(w)
 *     ε  ← ρ g / ‖g‖
 *     g' ← ∇L_S(w + ε)
 *     w  ← base(w, g')
 *
 * A forward pass over the batch and two gradients on k of it. The loss reported, and buffers such as running statistics, are
 * of the forward pass over the whole batch; ‖g‖ is that of the k examples.
 *
 * @throws RangeError when ρ is negative, or k no whole number of at least 1.
 */
export function kSam(base: Optimizer, options: KSamOptions = {}): Method {
  const { rho = 0.05, k = (size: number) => Math.ceil(size / 3), mean = 'subset', ...shared } = options
  checkRange('ksam', 'rho', rho, 0)
  const count = (size: number): number => {
    const chosen = typeof k === 'number' ? k : k(size)
    checkCount('ksam', 'k', chosen)
    return chosen
  }
  if (typeof k === 'number') checkCount('ksam', 'k', k)
  return sharpnessAware(base, {
    name: 'ksam',
    perturb: l2Ball(rho),
    examples: topLoss(count, mean),
    ...shared,
  })
}
