import { bernoulli, foldIn, type Tensor, uniform, where } from '@samkit/core'
import type { Perturbation } from './perturbation.ts'
import { mapTrees, tensorsOf, times } from './tree.ts'

/** Folded into the step's key, so that masks are independent of what the model draws from it. */
const tag = 0x45_53_41_4d

/** What a mask decides about: whole tensors, or each element by itself. */
export type MaskUnit = 'tensor' | 'element'

/**
 * A perturbation of randomly chosen weights only: each is kept with probability β and then divided by it, so that the
 * expectation is the whole perturbation (Du et al., 2022, stochastic weight perturbation). Where chance would keep no
 * tensor at all, it keeps one. With β = 1 it is the whole perturbation, bit for bit.
 *
 * The masks are drawn in the plan from the step's key: another draw is not another plan.
 */
export function someLayers(whole: Perturbation, beta: number, unit: MaskUnit): Perturbation {
  if (beta === 1) return whole
  return (params, grads, moment) => {
    const key = foldIn(moment.key, tag)
    const epsilon = whole(params, grads, moment)
    const kept = unit === 'tensor' ? keptTensors(key, tensorsOf(params).length, beta) : null
    return mapTrees(([e], i) => {
      const full = times(e as Tensor, 1 / beta)
      const mask = kept === null ? bernoulli(foldIn(key, i), beta, full.shape) : kept.at(i)
      return where(mask, full, 0)
    }, epsilon)
  }
}

/** `bool [count]`: each true with probability β, and at least one. */
function keptTensors(key: Tensor, count: number, beta: number): Tensor {
  const draws = uniform(key, [count])
  return draws.lt(beta).logicalOr(draws.eq(draws.min()))
}
