import { type Optimizer, perTensor } from '../optimizer.ts'
import { checkValues, type PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule, valueAt } from '../schedule.ts'
import { type Adapted, adaptedTree, isAdapted, trustRatio } from './trust-ratio.ts'

/** Options of {@link lars}. */
export interface LarsOptions {
  /** Learning rate, at least 0; a number or a function of the step. Default 1. */
  readonly lr?: Schedule
  /** Momentum μ, in [0, 1). Default 0. */
  readonly momentum?: number
  /** Dampening τ of the momentum, in [0, 1). Default 0. */
  readonly dampening?: number
  /** Nesterov momentum; needs momentum above 0, no dampening, and the learning rate outside. Default false. */
  readonly nesterov?: boolean
  /** L2 penalty λ, at least 0: for all parameters, or a tree of values. Default 0. */
  readonly weightDecay?: PerTensor<number>
  /** The trust coefficient η, above 0: what share of itself a layer moves. Default 0.001. */
  readonly trust?: number
  /** Added to the denominator of the ratio, at least 0. Default 1e-8. */
  readonly eps?: number
  /** No layer moves faster than with the learning rate itself (LARC). Default false. */
  readonly trustClip?: boolean
  /** Which tensors are adapted. Default `'decayed'`: those with weight decay, as in timm. */
  readonly adapt?: Adapted
  /** Where the learning rate stands: outside the momentum (default, timm's), or inside it, as in the paper. */
  readonly lrIn?: 'outside' | 'inside'
  /** A factor for the learning rate, at least 0: for all parameters, or a tree of values. Default 1. */
  readonly lrScale?: PerTensor<number>
}

/**
 * LARS, layer-wise adaptive rate scaling (You, Gitman, Ginsburg, 2017), with timm's semantics. For each tensor:
 *
 *     r ← η ‖w‖ / (‖g‖ + λ ‖w‖ + eps), 1 where a norm is 0
 *     u ← r (g + λ w)
 *     b ← u at the first step, later μ b + (1 - τ) u
 *     w ← w - lr b
 *
 * With `lrIn: 'inside'` the last two lines are the paper's `b ← μ b + lr u, w ← w - b`, which differ when lr changes. Give
 * biases and norms no decay (`byKind`), and they are not adapted either.
 *
 * @throws RangeError for options out of range.
 */
export function lars(options: LarsOptions = {}): Optimizer {
  const { lr = 1, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0, trust = 0.001 } = options
  const { eps = 1e-8, trustClip = false, adapt = 'decayed', lrIn = 'outside', lrScale = 1 } = options
  checkRange('lars', 'lr', lr, 0)
  checkRange('lars', 'momentum', momentum, 0, 1)
  checkRange('lars', 'dampening', dampening, 0, 1)
  checkRange('lars', 'trust', trust, Number.MIN_VALUE)
  checkRange('lars', 'eps', eps, 0)
  checkValues('lars', 'weightDecay', weightDecay, 0)
  checkValues('lars', 'lrScale', lrScale, 0)
  if (nesterov && (momentum === 0 || dampening !== 0 || lrIn === 'inside')) {
    throw new RangeError('lars: nesterov needs momentum above 0, dampening 0 and the learning rate outside')
  }
  return perTensor({
    name: 'lars',
    slots: momentum > 0 ? ['momentum'] : [],
    ...(momentum > 0 ? { momentum: 'momentum' } : {}),
    own: { weightDecay, lrScale, adapt: adaptedTree(adapt) },
    hyper: (
      step,
      own: { readonly weightDecay: number; readonly lrScale: number; readonly adapt: boolean },
    ) => ({
      lr: valueAt(lr, step) * own.lrScale,
      fresh: step === 0 ? 1 : 1 - dampening,
    }),
    update: ({ w, g, slots: [buffer] }, { lr: rate, fresh }, own) => {
      const decay = own.weightDecay
      const decayed = decay === 0 ? g : g.add(w.mul(decay))
      const ratio = trustRatio(w, g, (ofW, ofG) => ofW.mul(trust).div(ofG.add(ofW.mul(decay)).add(eps)))
      const clipped = trustClip ? ratio.div(rate).minimum(1) : ratio
      const u = isAdapted(adapt, own) ? decayed.mul(clipped) : decayed
      if (buffer === undefined) return { w: w.sub(u.mul(rate)), slots: [] }
      const inside = lrIn === 'inside'
      const b = buffer.mul(momentum).add((inside ? u.mul(rate) : u).mul(fresh))
      const direction = nesterov ? u.add(b.mul(momentum)) : b
      return { w: w.sub(inside ? b : direction.mul(rate)), slots: [b] }
    },
  })
}
