import { type Tensor, zerosLike } from '@samkit/core'
import { checkValues, type PerTensor, perTensorValues } from '../per-tensor-tree.ts'
import type { Perturbation } from './perturbation.ts'
import { mapTrees, times } from './tree.ts'

/** Which parameters are perturbed, and how far. */
export interface RestrictOptions {
  /**
   * Whether to perturb a tensor, as a tree like the parameters. The others have no part in the norms either, so that ε is as
   * long as without them. Default: all. With `byKind(kinds, { scale: true, shift: true }, false)` SAM is SAM-ON (Mueller,
   * Vlaar, Rolnick, Hein, NeurIPS 2023), which looks only at the parameters of normalisation layers, and takes a larger ρ.
   */
  readonly only?: PerTensor<boolean>
  /**
   * A factor for a tensor's ρ, at least 0, as a tree like the parameters: parameter groups with their own ρ. All tensors have
   * part in the norms. Default 1.
   */
  readonly rhoScale?: PerTensor<number>
}

/**
 * A perturbation of some parameters, or of some further than of others; the whole one, as it is, without options.
 *
 * @throws RangeError when a factor is negative.
 */
export function restricted(
  owner: string,
  whole: Perturbation,
  { only, rhoScale }: RestrictOptions,
): Perturbation {
  if (only === undefined && rhoScale === undefined) return whole
  if (rhoScale !== undefined) checkValues(owner, 'rhoScale', rhoScale, 0)
  return (params, grads, moment) => {
    const taken = perTensorValues(owner, 'only', only ?? true, params)
    const factors = perTensorValues(owner, 'rhoScale', rhoScale ?? 1, params)
    const seen = mapTrees(([g], i) => (taken[i] ? (g as Tensor) : zerosLike(g as Tensor)), grads)
    return mapTrees(
      ([e], i) => {
        const factor = factors[i] ?? 1
        return factor === 1 ? (e as Tensor) : times(e as Tensor, factor)
      },
      whole(params, seen, moment),
    )
  }
}
