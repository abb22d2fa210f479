import type { Tensor } from '../graph/tensor.ts'
import { makePlan, type Plan, resolve, schedule } from './plan.ts'

/** The plan that reading these tensors would run; null where their values are there already. Runs nothing. */
export function planFor(...tensors: readonly Tensor[]): Plan | null {
  const roots = [
    ...new Set(tensors.map(({ node }) => resolve(node)).filter(({ storage }) => storage === null)),
  ]
  return roots.length === 0 ? null : makePlan(roots, schedule(roots)).plan
}
