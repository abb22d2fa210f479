import type { Tensor } from '@samkit/core'
import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'
import { corrections, type MomentOptions, momentSlots, momentsOf, moved } from './adam-moments.ts'

/** Options of {@link adam}. */
export interface AdamOptions extends MomentOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 1e-3. */
  readonly lr?: Schedule
  /** L2 penalty λ, at least 0, added to the gradient: for all parameters, or a tree of values. Default 0. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
  /** Divide by the largest v so far (Reddi, Kale, Kumar, 2018). Default false. */
  readonly amsgrad?: boolean
}

/**
 * Adam (Kingma & Ba, 2015), as `torch.optim.Adam`; t counts from 1:
 *
 *     g ← g + λ w
 *     m ← β₁ m + (1 - β₁) g
 *     v ← β₂ v + (1 - β₂) g²
 *     w ← w - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps)
 *
 * With `amsgrad`, the largest v of all steps takes its place in the last line.
 *
 * @throws RangeError for options out of range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { lr = 1e-3, weightDecay = 0, lrScale = 1, amsgrad = false } = options
  const { betas, eps } = momentsOf('adam', options)
  checkRange('adam', 'lr', lr, 0)
  checkValues('adam', 'weightDecay', weightDecay, 0)
  checkValues('adam', 'lrScale', lrScale, 0)
  return perTensor({
    name: 'adam',
    slots: amsgrad ? [...momentSlots, 'largest'] : momentSlots,
    momentum: 'm',
    own: { weightDecay, lrScale },
    hyper: (step, own: { readonly weightDecay: number; readonly lrScale: number }) => {
      const { first, root } = corrections(betas, step)
      return { stepSize: (valueAt(lr, step) * own.lrScale) / first, root }
    },
    update: ({ w, g: gradient, slots }, { stepSize, root }, own) => {
      const [oldM, oldV, oldLargest] = slots as readonly [Tensor, Tensor, Tensor?]
      const g = own.weightDecay === 0 ? gradient : gradient.add(w.mul(own.weightDecay))
      const m = moved(oldM, betas[0], g)
      const v = moved(oldV, betas[1], g.square())
      const largest = oldLargest?.maximum(v)
      const denominator = (largest ?? v).sqrt().div(root).add(eps)
      return {
        w: w.sub(m.div(denominator).mul(stepSize)),
        slots: largest === undefined ? [m, v] : [m, v, largest],
      }
    },
  })
}
