import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'

/** Options of {@link adamW}. */
export interface AdamWOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 1e-3. */
  readonly lr?: Schedule
  /** Decay rates β₁ and β₂ of the averages of the gradient and of its square, in [0, 1). Default 0.9 and 0.999. */
  readonly betas?: readonly [number, number]
  /** Added to the root of the averaged square, at least 0. Default 1e-8. */
  readonly eps?: number
  /** Decoupled weight decay λ, at least 0. Default 0.01. */
  readonly weightDecay?: number
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter, 2019), as `torch.optim.AdamW`; t counts from 1:
 *
 *     w ← w (1 - lr λ)
 *     m ← β₁ m + (1 - β₁) g
 *     v ← β₂ v + (1 - β₂) g²
 *     w ← w - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps)
 *
 * @throws RangeError for options out of range.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const { lr = 1e-3, betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, weightDecay = 0.01 } = options
  checkRange('adamW', 'lr', lr, 0)
  checkRange('adamW', 'beta1', beta1, 0, 1)
  checkRange('adamW', 'beta2', beta2, 0, 1)
  checkRange('adamW', 'eps', eps, 0)
  checkRange('adamW', 'weightDecay', weightDecay, 0)
  return perTensor({
    name: 'adamw',
    slots: ['m', 'v'],
    hyper: (step) => {
      const rate = valueAt(lr, step)
      return {
        keep: 1 - rate * weightDecay,
        stepSize: rate / (1 - beta1 ** (step + 1)),
        rootCorrection: Math.sqrt(1 - beta2 ** (step + 1)),
      }
    },
    update: ({ w, g, slots: [oldM, oldV] }, { keep, stepSize, rootCorrection }) => {
      const m = (oldM ?? g).mul(beta1).add(g.mul(1 - beta1))
      const v = (oldV ?? g).mul(beta2).add(g.square().mul(1 - beta2))
      const denominator = v.sqrt().div(rootCorrection).add(eps)
      return { w: w.mul(keep).sub(stepSize.mul(m.div(denominator))), slots: [m, v] }
    },
  })
}
