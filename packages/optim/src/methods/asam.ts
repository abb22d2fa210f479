import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { type AdaptiveBallOptions, adaptiveBall } from '../parts/adaptive-ball.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link asam}. */
export interface AsamOptions extends SharpnessOptions, Partial<AdaptiveBallOptions> {
  /**
   * Radius ρ, relative to the size of the weights, at least 0; a number or a function of the step. Default 0.5, the paper's
   * for CIFAR-10; it took 1 for CIFAR-100 and ImageNet and 0.2 for translation with Adam. With `normalize: 'all'` and
   * `eta: 0`, 2 is usual.
   */
  readonly rho?: Schedule
  /** η, at least 0: how far even a weight of 0 is moved. Default 0.01, the paper's. */
  readonly eta?: number
  /**
   * Which tensors are measured by their own size. Default `'weights'`: those of two axes or more, as the paper leaves out
   * biases. Only `'all'` with `eta: 0` is invariant to rescaling of layers that have biases. The authors' code takes the
   * scales of norms along; a tree of booleans, such as `byKind(kinds, { weight: true, scale: true }, false)`, does so.
   */
  readonly normalize?: AdaptiveBallOptions['normalize']
}

/**
 * Adaptive Sharpness-Aware Minimization (Kwon, Kim, Park, Choi, ICML 2021) over any base optimizer:
 *
 *     g  ← ∇L(w)
 *     ε  ← ρ T² g / ‖T g‖, T = |w| + η
 *     g' ← ∇L(w + ε)
 *     w  ← base(w, g')
 *
 * SAM in a ball that is measured relative to each weight. Two gradients a step.
 *
 * @throws RangeError when ρ or η is negative.
 */
export function asam(base: Optimizer, options: AsamOptions = {}): Method {
  const { rho = 0.5, eta = 0.01, normalize = 'weights', ...shared } = options
  checkRange('asam', 'rho', rho, 0)
  checkRange('asam', 'eta', eta, 0)
  return sharpnessAware(base, { name: 'asam', perturb: adaptiveBall(rho, { eta, normalize }), ...shared })
}
