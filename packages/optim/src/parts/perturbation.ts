import { type MapTree, mapTree, type Tensor, where, zipTrees } from '@samkit/core'
import { planInput, type Schedule, valueAt } from '../schedule.ts'
import { globalNorm } from './norm.ts'

/** Where to look for a worse loss nearby: from parameters and gradient at a step, the perturbation ε. */
export type Perturbation = <P>(params: P, grads: P, step: number) => P

/**
 * `ε = ρ g / ‖g‖`: the step of length ρ that raises the linearised loss most (Foret et al., 2021, Eq. 2). The norm is over
 * all tensors together, without an epsilon; where it is 0 there is no direction, and ε is 0.
 */
export function l2Ball(rho: Schedule): Perturbation {
  return (_, grads, step) => {
    const norm = globalNorm(grads)
    const radius = planInput(valueAt(rho, step))
    const scale = where(norm.gt(0), radius(norm.dtype).div(where(norm.gt(0), norm, 1)), 0)
    return mapTree(grads, (g) => g.mul(scale.cast(g.dtype)))
  }
}

/** `params + epsilon`, tensor by tensor. */
export function perturbed<P>(params: P, epsilon: P): P {
  return zipTrees(params, epsilon as MapTree<P, Tensor>, (w, e) => w.add(e))
}
