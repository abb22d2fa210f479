import type { Tensor } from '@samkit/core'
import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 0.01. */
  readonly lr?: Schedule
  /** How fast the learning rate falls beside that, at least 0. Default 0. */
  readonly lrDecay?: number
  /** What the sum of squares begins with, at least 0. Default 0. */
  readonly initialAccumulator?: number
  /** Added to the root of the sum, at least 0. Default 1e-10. */
  readonly eps?: number
  /** L2 penalty λ, at least 0, added to the gradient: for all parameters, or a tree of values. Default 0. */
  readonly weightDecay?: PerTensor<number>
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
}

/**
 * Adagrad (Duchi, Hazan, Singer, 2011), as `torch.optim.Adagrad`; t counts from 1:
 *
 *     g ← g + λ w
 *     s ← s + g²
 *     w ← w - lr / (1 + (t - 1) lrDecay) · g / (√s + eps)
 *
 * @throws RangeError for options out of range.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const {
    lr = 0.01,
    lrDecay = 0,
    initialAccumulator = 0,
    eps = 1e-10,
    weightDecay = 0,
    lrScale = 1,
  } = options
  checkRange('adagrad', 'lr', lr, 0)
  checkRange('adagrad', 'lrDecay', lrDecay, 0)
  checkRange('adagrad', 'initialAccumulator', initialAccumulator, 0)
  checkRange('adagrad', 'eps', eps, 0)
  checkValues('adagrad', 'weightDecay', weightDecay, 0)
  checkValues('adagrad', 'lrScale', lrScale, 0)
  return perTensor({
    name: 'adagrad',
    slots: ['sum'],
    initial: { sum: initialAccumulator },
    own: { weightDecay, lrScale },
    hyper: (step, own: { readonly weightDecay: number; readonly lrScale: number }) => ({
      rate: (valueAt(lr, step) * own.lrScale) / (1 + step * lrDecay),
    }),
    update: ({ w, g: gradient, slots: [oldSum] }, { rate }, own) => {
      const g = own.weightDecay === 0 ? gradient : gradient.add(w.mul(own.weightDecay))
      const sum = (oldSum as Tensor).add(g.square())
      return { w: w.sub(g.div(sum.sqrt().add(eps)).mul(rate)), slots: [sum] }
    },
  })
}
