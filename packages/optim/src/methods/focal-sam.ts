import { type DType, isFloat, type Tensor, tensor } from '@samkit/core'
import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { globalNorm } from '../parts/norm.ts'
import { l2Ball } from '../parts/perturbation.ts'
import { restricted } from '../parts/restricted.ts'
import { added } from '../parts/tree.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { overBase, type SharpnessOptions } from '../sharpness-aware.ts'

/** Options of {@link focalSam}. */
export interface FocalSamOptions extends SharpnessOptions {
  /** How often each class occurs in the training set, as counts or shares: at least 0, not all of them 0. */
  readonly classes: readonly number[]
  /**
   * Radius ρ, at least 0; a number or a function of the step. Default 0.2, the authors' for CIFAR-10-LT; they take 0.3 for
   * CIFAR-100-LT and 0.05 for fine-tuning CLIP.
   */
  readonly rho?: Schedule
  /** How much rare classes count more than frequent ones, at least 0. Default 3, the authors' for CIFAR-10-LT. */
  readonly gamma?: number
  /** How much sharpness counts, in [0, 1]. Default 0.5, the authors' for CIFAR-10-LT; 0.8 for CIFAR-100-LT. */
  readonly lambda?: number
}

/**
 * Focal-SAM (Li et al., ICML 2025) over any base optimizer, for long-tailed data. With the
 * share πᵧ of class y in the training set, and the loss split in two by cᵧ = λ (1 - πᵧ)^γ:
 *
 *     L_f = mean of cᵧ l, L_r = mean of (1 - cᵧ) l
 *     g_r ← ∇L_r(w)
 *     g_f ← ∇L_f(w)
 *     ε   ← ρ g_f / ‖g_f‖
 *     w   ← base(w, g_r + ∇L_f(w + ε))
 *
 * Two forward and three backward passes a step. Targets are class indices, or probabilities `[N, C]`, which get the
 * expected weight. With γ = 0 and λ = 1 it is SAM, with λ = 0 the base optimizer.
 *
 * @throws RangeError for options out of range.
 */
export function focalSam(base: Optimizer, options: FocalSamOptions): Method {
  const { classes, rho = 0.2, gamma = 3, lambda = 0.5, ...shared } = options
  checkRange('focal-sam', 'rho', rho, 0)
  checkRange('focal-sam', 'gamma', gamma, 0)
  if (!(lambda >= 0 && lambda <= 1))
    throw new RangeError(`focal-sam: lambda must be in [0, 1], got ${lambda}`)
  const all = classes.reduce((sum, n) => sum + n, 0)
  if (!classes.every((n) => n >= 0) || !(all > 0 && Number.isFinite(all))) {
    throw new RangeError(
      `focal-sam: classes must be counts of at least 0, not all 0, got [${classes.join(', ')}]`,
    )
  }
  const weights = classes.map((n) => lambda * (1 - n / all) ** gamma)
  const perturb = restricted('focal-sam', l2Ball(rho), shared)
  return overBase(base, {
    name: 'focal-sam',
    find: ({ params, objective, step }) => {
      const here = objective.gradient(params)
      const c = weightsOf(objective.targets, weights, here.loss.dtype)
      const [focal, rest] = [here.weighted(c), here.weighted(c.mul(-1).add(1))]
      const epsilon = perturb(params, focal, { step, key: objective.key })
      const there = objective.gradient(added(params, epsilon), { weights: c })
      return {
        grads: added(rest, there.grads),
        slots: {},
        report: {
          loss: here.loss,
          gradNorm: globalNorm(added(rest, focal)),
          perturbationNorm: globalNorm(epsilon),
          perturbedLoss: there.losses().mean(),
          outputs: here.outputs,
          buffers: here.buffers,
          chosen: null,
          passes: { forward: 2, backward: 3 },
        },
      }
    },
    ...shared,
  })
}

/** The weight of each example, `[N]`, from class indices `[N]` or probabilities `[N, C]`. */
function weightsOf(targets: Tensor, weights: readonly number[], dtype: DType): Tensor {
  const ofClass = tensor(weights, { dtype })
  return isFloat(targets.dtype) ? targets.cast(dtype).matmul(ofClass) : ofClass.indexSelect(0, targets)
}
