import type { Tensor } from '@samkit/core'
import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'
import { corrections, type MomentOptions, momentSlots, momentsOf, moved } from './adam-moments.ts'

/** Options of {@link adamW}. */
export interface AdamWOptions extends MomentOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 1e-3. */
  readonly lr?: Schedule
  /** Decoupled weight decay λ, at least 0: for all parameters, or a tree of values. Default 0.01. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
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
  const { lr = 1e-3, weightDecay = 0.01, lrScale = 1 } = options
  const { betas, eps } = momentsOf('adamw', options)
  checkRange('adamw', 'lr', lr, 0)
  checkValues('adamw', 'weightDecay', weightDecay, 0)
  checkValues('adamw', 'lrScale', lrScale, 0)
  return perTensor({
    name: 'adamw',
    slots: momentSlots,
    momentum: 'm',
    own: { weightDecay, lrScale },
    hyper: (step, own: { readonly weightDecay: number; readonly lrScale: number }) => {
      const { first, root } = corrections(betas, step)
      const rate = valueAt(lr, step) * own.lrScale
      return { keep: 1 - rate * own.weightDecay, stepSize: rate / first, root }
    },
    update: ({ w, g, slots }, { keep, stepSize, root }) => {
      const [oldM, oldV] = slots as readonly [Tensor, Tensor]
      const m = moved(oldM, betas[0], g)
      const v = moved(oldV, betas[1], g.square())
      return { w: w.mul(keep).sub(m.div(v.sqrt().div(root).add(eps)).mul(stepSize)), slots: [m, v] }
    },
  })
}
