import type { Tensor } from '@samkit/core'
import { type PerTensor, perTensorValues } from '../per-tensor-tree.ts'
import type { Schedule } from '../schedule.ts'
import { globalNorm } from './norm.ts'
import { type Perturbation, perUnit } from './perturbation.ts'
import { mapTrees, tensorsOf, times } from './tree.ts'

/** Options of {@link adaptiveBall}. */
export interface AdaptiveBallOptions {
  /** Keeps the operator away from 0, at least 0. */
  readonly eta: number
  /**
   * Which tensors are measured by their own size; the others by 1. `'weights'`: those of two axes or more. `'all'`: all.
   * Or a tree like the parameters that says it for each.
   */
  readonly normalize: 'weights' | 'all' | PerTensor<boolean>
}

/**
 * `ε = ρ T² g / ‖T g‖` with `T = |w| + η`, element by element: a ball measured relative to the weights, so that rescaling
 * a layer does not change it (Kwon et al., 2021).
 */
export function adaptiveBall(rho: Schedule, { eta, normalize }: AdaptiveBallOptions): Perturbation {
  return (params, grads, { step }) => {
    const relative = whichAre(normalize, params)
    const sized = (g: Tensor, w: Tensor, i: number): Tensor => (relative[i] ? w.abs().add(eta).mul(g) : g)
    const tg = mapTrees(([g, w], i) => sized(g as Tensor, w as Tensor, i), grads, params)
    const scale = perUnit(rho, step, globalNorm(tg))
    return mapTrees(([g, w], i) => times(sized(g as Tensor, w as Tensor, i), scale), tg, params)
  }
}

function whichAre<P>(normalize: AdaptiveBallOptions['normalize'], params: P): readonly boolean[] {
  if (normalize === 'weights') return tensorsOf(params).map((w) => w.rank >= 2)
  if (normalize === 'all') return tensorsOf(params).map(() => true)
  return perTensorValues('asam', 'normalize', normalize, params)
}
