import type { Method } from '../method.ts'
import type { Optimizer } from '../optimizer.ts'
import { reuseOrthogonal } from '../parts/combine.ts'
import { checkCount, checkRange } from '../schedule.ts'
import { every, sharedOf, sharpnessAware } from '../sharpness-aware.ts'
import { type LayerSamOptions, layerwiseBallOf } from './layersam.ts'
import type { LookSamOptions } from './looksam.ts'

/** Options of {@link lookLayerSam}: those of LookSAM and of LayerSAM. */
export interface LookLayerSamOptions extends LookSamOptions, LayerSamOptions {}

/**
 * Look-LayerSAM (Liu, Mai, Chen, Hsieh, You, CVPR 2022) over any base optimizer. At step t:
 *
 *     g ← ∇L(w)
 *     if t mod k = 0:
 *       gₛ ← ∇L(w + ε), ε layer by layer as in LayerSAM
 *       gᵥ ← gₛ - ⟨g, gₛ⟩ / ‖g‖² · g
 *       w  ← base(w, gₛ)
 *     else:
 *       w  ← base(w, g + α ‖g‖ / ‖gᵥ‖ · gᵥ)
 *
 * LookSAM's thrift with LayerSAM's perturbation: the paper's method for ViTs at batches of 4096 to 65536, over LAMB.
 * 1 + 1/k gradients a step.
 *
 * @throws RangeError for options out of range.
 */
export function lookLayerSam(base: Optimizer, options: LookLayerSamOptions = {}): Method {
  const { k = 5, alpha = 0.7, scope = 'global' } = options
  checkCount('look-layersam', 'k', k)
  checkRange('look-layersam', 'alpha', alpha, 0)
  return sharpnessAware(base, {
    name: 'look-layersam',
    perturb: layerwiseBallOf('look-layersam', options),
    when: every(k),
    combine: reuseOrthogonal(alpha, scope),
    ...sharedOf(options),
  })
}
