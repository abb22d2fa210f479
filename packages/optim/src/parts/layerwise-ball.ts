import { onesLike, type Tensor, where } from '@samkit/core'
import { type PerTensor, perTensorValues } from '../per-tensor-tree.ts'
import { planInput, type Schedule, valueAt } from '../schedule.ts'
import { globalNorm, ratio } from './norm.ts'
import type { Perturbation } from './perturbation.ts'
import { mapTrees, tensorsOf, times } from './tree.ts'

/** How long a layer's share of the perturbation is; see {@link layerwiseBall}. */
export type LayerwiseForm = 'paper' | 'trust' | 'unit' | 'asam'

/** Options of {@link layerwiseBall}. */
export interface LayerwiseBallOptions {
  readonly form: LayerwiseForm
  /** For the form `paper`: the bounds between which ‖wⱼ‖ / ‖gⱼ‖ is kept. */
  readonly range: readonly [low: number, high: number]
  /** Names the layer of each tensor; tensors of one name are one layer. Default: each tensor is its own. */
  readonly layers?: PerTensor<string>
}

/**
 * A perturbation along the gradient whose length is set layer by layer, for layers j with weights wⱼ and gradients gⱼ:
 *
 *     paper   εⱼ = ρ ‖wⱼ‖ / ‖gⱼ‖ · gⱼ / ‖g‖, the ratio kept within `range`
 *     trust   εⱼ = ρ ‖wⱼ‖ · gⱼ / ‖gⱼ‖
 *     unit    εⱼ = ρ gⱼ / ‖gⱼ‖
 *     asam    εⱼ = ρ ‖wⱼ‖² gⱼ / √(Σᵢ ‖wᵢ‖² ‖gᵢ‖²)
 *
 * A layer without gradient, and (but for `unit`) one whose weights are all 0, is not perturbed.
 */
export function layerwiseBall(rho: Schedule, { form, range, layers }: LayerwiseBallOptions): Perturbation {
  return (params, grads, { step }) => {
    const radius = planInput(valueAt(rho, step))
    const names = layers === undefined ? null : perTensorValues('layersam', 'layers', layers, params)
    const weights = layerNorms(tensorsOf(params), names)
    const slopes = layerNorms(tensorsOf(grads), names)
    const products = [...weights].map(([layer, w]) => w.mul(slopes.get(layer) as Tensor))
    const whole = globalNorm(form === 'asam' ? products : grads)
    const scaleOf = (w: Tensor, g: Tensor): Tensor => {
      if (form === 'trust') return ratio(w, g)
      if (form === 'unit') return ratio(onesLike(g), g)
      if (form === 'asam') return ratio(w.square(), whole)
      // A layer that is 0 stays where it is: the lower bound is not for it.
      const bounded = where(w.gt(0), ratio(w, g).clip({ min: range[0], max: range[1] }), 0)
      return ratio(bounded, whole)
    }
    return mapTrees(([g], i) => {
      const layer = names?.[i] ?? i
      const [w, slope] = [weights.get(layer) as Tensor, slopes.get(layer) as Tensor]
      return times(g as Tensor, scaleOf(w, slope).mul(radius(w.dtype)))
    }, grads)
  }
}

/** The norm of each layer, by its name or, where tensors are their own layers, their place. */
function layerNorms(
  tensors: readonly Tensor[],
  names: readonly string[] | null,
): ReadonlyMap<string | number, Tensor> {
  const members = new Map<string | number, Tensor[]>()
  tensors.forEach((t, i) => {
    const layer = names?.[i] ?? i
    members.set(layer, [...(members.get(layer) ?? []), t])
  })
  return new Map([...members].map(([layer, own]) => [layer, globalNorm(own)]))
}
