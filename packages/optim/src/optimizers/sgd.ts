import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'

/** Options of {@link sgd}. */
export interface SgdOptions {
  /** Learning rate, above 0; a number or a function of the step. */
  readonly lr: Schedule
  /** Momentum μ, in [0, 1). Default 0. */
  readonly momentum?: number
  /** Dampening τ of the momentum, in [0, 1). Default 0. */
  readonly dampening?: number
  /** L2 penalty λ, at least 0, added to the gradient: for all parameters, or a tree of values. Default 0. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
  /** Nesterov momentum; needs momentum above 0 and no dampening. Default false. */
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent with momentum, as `torch.optim.SGD`:
 *
 *     g ← g + λ w
 *     b ← g at the first step, later μ b + (1 - τ) g
 *     g ← g + μ b (Nesterov) or b
 *     w ← w - lr g
 *
 * @throws RangeError for options out of range.
 */
export function sgd(options: SgdOptions): Optimizer {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, lrScale = 1, nesterov = false } = options
  checkRange('sgd', 'lr', lr, 0)
  checkRange('sgd', 'momentum', momentum, 0, 1)
  checkRange('sgd', 'dampening', dampening, 0, 1)
  checkValues('sgd', 'weightDecay', weightDecay, 0)
  checkValues('sgd', 'lrScale', lrScale, 0)
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new RangeError('sgd: nesterov needs momentum above 0 and dampening 0')
  }
  return perTensor({
    name: 'sgd',
    slots: momentum > 0 ? ['momentum'] : [],
    ...(momentum > 0 ? { momentum: 'momentum' } : {}),
    own: { weightDecay, lrScale },
    // The buffer begins as zeros, so the first step needs only its own factor to have b = g.
    hyper: (step, own: { readonly weightDecay: number; readonly lrScale: number }) => ({
      lr: valueAt(lr, step) * own.lrScale,
      fresh: step === 0 ? 1 : 1 - dampening,
    }),
    update: ({ w, g: gradient, slots: [buffer] }, { lr, fresh }, own) => {
      const g = own.weightDecay === 0 ? gradient : gradient.add(w.mul(own.weightDecay))
      if (buffer === undefined) return { w: w.sub(g.mul(lr)), slots: [] }
      const b = buffer.mul(momentum).add(g.mul(fresh))
      const direction = nesterov ? g.add(b.mul(momentum)) : b
      return { w: w.sub(direction.mul(lr)), slots: [b] }
    },
  })
}
