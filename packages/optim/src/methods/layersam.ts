import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { type LayerwiseForm, layerwiseBall } from '../parts/layerwise-ball.ts'
import type { PerTensor } from '../per-tensor-tree.ts'
import { checkRange, type Schedule } from '../schedule.ts'
import { type SharpnessOptions, sharedOf, sharpnessAware } from '../sharpness-aware.ts'

/** Options of {@link layerSam}. */
export interface LayerSamOptions extends SharpnessOptions {
  /**
   * Radius ρ, at least 0; a number or a function of the step. Default 0.05. Its meaning depends on the form: in `trust` and
   * `asam` it is relative to the weights, where 0.01 to 0.02 is a start; no value is published for those forms.
   */
  readonly rho?: Schedule
  /**
   * How long a layer's share is:
   *
   *     paper   εⱼ = ρ ‖wⱼ‖ / ‖gⱼ‖ · gⱼ / ‖g‖   default; Liu et al., 2022, as best known
   *     trust   εⱼ = ρ ‖wⱼ‖ · gⱼ / ‖gⱼ‖         every layer moves by the same share of itself
   *     unit    εⱼ = ρ gⱼ / ‖gⱼ‖                every layer moves by the same length
   *     asam    εⱼ = ρ ‖wⱼ‖² gⱼ / √Σ ‖wᵢ‖² ‖gᵢ‖²  ASAM with a layer's norm for each of its weights
   */
  readonly form?: LayerwiseForm
  /**
   * For the form `paper`: the bounds between which ‖wⱼ‖ / ‖gⱼ‖ is kept, since it grows without end as gradients vanish.
   * Default [0.01, 10], like LAMB's; [0, Infinity] for none. Where all layers are at the upper bound, as they often are once
   * gradients have become small, this is SAM with a radius of 10 ρ: look at the perturbation's length that steps report.
   */
  readonly range?: readonly [low: number, high: number]
  /** The name of the layer that each tensor belongs to, as a tree like the parameters. Default: each is its own. */
  readonly layers?: PerTensor<string>
}

/** The layer-wise ball with its defaults, options checked. */
export function layerwiseBallOf(owner: string, options: LayerSamOptions): ReturnType<typeof layerwiseBall> {
  const { rho = 0.05, form = 'paper', range = [0.01, 10], layers } = options
  checkRange(owner, 'rho', rho, 0)
  if (!(range[0] >= 0 && range[0] <= range[1])) {
    throw new RangeError(`${owner}: range must be two bounds, 0 ≤ low ≤ high, got [${range.join(', ')}]`)
  }
  return layerwiseBall(rho, layers === undefined ? { form, range } : { form, range, layers })
}

/**
 * LayerSAM, layer-wise sharpness-aware minimization (Liu, Mai, Chen, Hsieh, You, CVPR 2022) over any base
 * optimizer:
 *
 *     g  ← ∇L(w)
 *     εⱼ ← ρ ξⱼ gⱼ / ‖g‖ with ξⱼ = ‖wⱼ‖ / ‖gⱼ‖, for every layer j
 *     g' ← ∇L(w + ε)
 *     w  ← base(w, g')
 *
 * SAM with LARS's and LAMB's idea of a layer's own step length, for large batches. Two gradients a step. The form of ξ is as
 * best known (no official code computes it); `form` offers the others in use.
 *
 * @throws RangeError for options out of range.
 */
export function layerSam(base: Optimizer, options: LayerSamOptions = {}): Method {
  const perturb = layerwiseBallOf('layersam', options)
  return sharpnessAware(base, { name: 'layersam', perturb, ...sharedOf(options) })
}
