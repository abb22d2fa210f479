import type { Tensor } from '@samkit/core'
import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'
import { moved } from './adam-moments.ts'

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 0.01. */
  readonly lr?: Schedule
  /** Decay rate α of the average of squares, in [0, 1). Default 0.99. */
  readonly alpha?: number
  /** Added to the root of the averaged square, at least 0. Default 1e-8. */
  readonly eps?: number
  /** Momentum μ, in [0, 1). Default 0. */
  readonly momentum?: number
  /** Divide by the deviation instead: the mean gradient is taken out of the average of squares. Default false. */
  readonly centered?: boolean
  /** L2 penalty λ, at least 0, added to the gradient: for all parameters, or a tree of values. Default 0. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
}

/**
 * RMSprop (Tieleman & Hinton, 2012; centred: Graves, 2013), as `torch.optim.RMSprop`:
 *
 *     g ← g + λ w
 *     s ← α s + (1 - α) g²
 *     a ← α a + (1 - α) g
 *     d ← g / (√s + eps), centred g / (√(s - a²) + eps)
 *     b ← μ b + d
 *     w ← w - lr b
 *
 * Where rounding would make s - a² negative, it counts as 0.
 *
 * @throws RangeError for options out of range.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { lr = 0.01, alpha = 0.99, eps = 1e-8, momentum = 0, centered = false } = options
  const { weightDecay = 0, lrScale = 1 } = options
  checkRange('rmsprop', 'lr', lr, 0)
  checkRange('rmsprop', 'alpha', alpha, 0, 1)
  checkRange('rmsprop', 'eps', eps, 0)
  checkRange('rmsprop', 'momentum', momentum, 0, 1)
  checkValues('rmsprop', 'weightDecay', weightDecay, 0)
  checkValues('rmsprop', 'lrScale', lrScale, 0)
  return perTensor({
    name: 'rmsprop',
    slots: ['square', ...(centered ? ['mean'] : []), ...(momentum > 0 ? ['momentum'] : [])],
    ...(momentum > 0 ? { momentum: 'momentum' } : {}),
    own: { weightDecay, lrScale },
    hyper: (step, own: { readonly weightDecay: number; readonly lrScale: number }) => ({
      lr: valueAt(lr, step) * own.lrScale,
    }),
    update: ({ w, g: gradient, slots: [oldSquare, ...others] }, inputs, own) => {
      const g = own.weightDecay === 0 ? gradient : gradient.add(w.mul(own.weightDecay))
      const square = moved(oldSquare as Tensor, alpha, g.square())
      const mean = centered ? moved(others[0] as Tensor, alpha, g) : null
      const variance = mean === null ? square : square.sub(mean.square()).maximum(0)
      const direction = g.div(variance.sqrt().add(eps))
      const buffer = momentum > 0 ? (others.at(-1) as Tensor).mul(momentum).add(direction) : null
      return {
        w: w.sub((buffer ?? direction).mul(inputs.lr)),
        slots: [square, ...(mean === null ? [] : [mean]), ...(buffer === null ? [] : [buffer])],
      }
    },
  })
}
