import { bernoulli, foldIn, type Tensor, uniform, where } from '@samkit/core'
import type { Perturbation } from './perturbation.ts'
import { mapTrees, scaled, tensorsOf } from './tree.ts'

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
  return masked(divided(whole, beta), beta, unit)
}

/** A perturbation divided by β. */
export function divided(whole: Perturbation, beta: number): Perturbation {
  if (beta === 1) return whole
  return (params, grads, moment) => scaled(whole(params, grads, moment), 1 / beta)
}

/**
 * The gradients of the weights that {@link someLayers} keeps at this moment, 0 for the others: what the others' would be is
 * not asked, and a backend that skips what nobody asks for does not compute them.
 */
export function keptGradients(beta: number, unit: MaskUnit): Perturbation {
  return masked((_, grads) => grads, beta, unit)
}

/** A tree that is 0 where the mask keeps nothing. */
function masked(whole: Perturbation, beta: number, unit: MaskUnit): Perturbation {
  if (beta === 1) return whole
  return (params, grads, moment) => {
    const key = foldIn(moment.key, tag)
    const full = whole(params, grads, moment)
    const kept = unit === 'tensor' ? keptTensors(key, tensorsOf(params).length, beta) : null
    return mapTrees(([e], i) => {
      const { shape } = e as Tensor
      const mask = kept === null ? bernoulli(foldIn(key, i), beta, shape) : kept.at(i)
      return where(mask, e as Tensor, 0)
    }, full)
  }
}

/** `bool [count]`: each true with probability β, and at least one. */
function keptTensors(key: Tensor, count: number, beta: number): Tensor {
  const draws = uniform(key, [count])
  return draws.lt(beta).logicalOr(draws.eq(draws.min()))
}
