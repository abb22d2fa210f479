import type { Tensor } from '@samkit/core'
import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'
import { corrections, type MomentOptions, momentSlots, momentsOf, moved } from './adam-moments.ts'
import { type Adapted, adaptedTree, isAdapted, trustRatio } from './trust-ratio.ts'

/** Options of {@link lamb}. */
export interface LambOptions extends MomentOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 1e-3. */
  readonly lr?: Schedule
  /** Added to the root of the averaged square, at least 0. Default 1e-6. */
  readonly eps?: number
  /** Weight decay λ, at least 0, part of the direction: for all parameters, or a tree of values. Default 0.01. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
  /** Whether averages are corrected for beginning at 0. Default true; the first public implementation did not. */
  readonly biasCorrection?: boolean
  /** φ: the bounds that ‖w‖ is kept between, such as [0, 10]. Default: none. */
  readonly normRange?: readonly [low: number, high: number]
  /** No ratio above 1 (timm's LAMBC). Default false. */
  readonly trustClip?: boolean
  /** Which tensors are adapted. Default `'all'`, as in the paper; timm's is `'decayed'`. */
  readonly adapt?: Adapted
}

/**
 * LAMB (You, Li, Reddi, Hseu, Kumar, Bhojanapalli, Song, Demmel, Keutzer, Hsieh, ICLR 2020, Algorithm 2), the base optimizer
 * of large-batch ViT training. For each tensor; t counts from 1:
 *
 *     m ← β₁ m + (1 - β₁) g
 *     v ← β₂ v + (1 - β₂) g²
 *     u ← (m / (1 - β₁ᵗ)) / (√v / √(1 - β₂ᵗ) + eps) + λ w
 *     w ← w - lr φ(‖w‖) / ‖u‖ · u, the ratio 1 where a norm is 0
 *
 * Gradients are not clipped; timm's clips them to a global norm of 1, which is `clipped(lamb(), { norm: 1 })`.
 *
 * @throws RangeError for options out of range.
 */
export function lamb(options: LambOptions = {}): Optimizer {
  const { lr = 1e-3, weightDecay = 0.01, lrScale = 1, biasCorrection = true, normRange } = options
  const { trustClip = false, adapt = 'all' } = options
  const { betas, eps } = momentsOf('lamb', { eps: 1e-6, ...options })
  checkRange('lamb', 'lr', lr, 0)
  checkValues('lamb', 'weightDecay', weightDecay, 0)
  checkValues('lamb', 'lrScale', lrScale, 0)
  return perTensor({
    name: 'lamb',
    slots: momentSlots,
    momentum: 'm',
    own: { weightDecay, lrScale, adapt: adaptedTree(adapt) },
    hyper: (
      step,
      own: { readonly weightDecay: number; readonly lrScale: number; readonly adapt: boolean },
    ) => ({
      rate: valueAt(lr, step) * own.lrScale,
      ...(biasCorrection ? corrections(betas, step) : { first: 1, root: 1 }),
    }),
    update: ({ w, g, slots }, { rate, first, root }, own) => {
      const [oldM, oldV] = slots as readonly [Tensor, Tensor]
      const m = moved(oldM, betas[0], g)
      const v = moved(oldV, betas[1], g.square())
      const direction = m.div(first).div(v.sqrt().div(root).add(eps))
      const u = own.weightDecay === 0 ? direction : direction.add(w.mul(own.weightDecay))
      const ratio = trustRatio(w, u, (ofW, ofU) => {
        const kept = normRange === undefined ? ofW : ofW.clip({ min: normRange[0], max: normRange[1] })
        return kept.div(ofU)
      })
      const clipped = trustClip ? ratio.minimum(1) : ratio
      const step = isAdapted(adapt, own) ? u.mul(clipped) : u
      return { w: w.sub(step.mul(rate)), slots: [m, v] }
    },
  })
}
