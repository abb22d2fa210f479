import { makePlan, type Plan, resolve, schedule } from '../compiler/plan.ts'
import type { HostArray } from '../graph/dtype.ts'
import type { Tensor } from '../graph/tensor.ts'

/** A plan with what it is to be run on. */
export interface TracedPlan {
  readonly plan: Plan
  /** One array per input of the plan, in order. */
  readonly inputs: readonly HostArray[]
}

/**
 * The plan that computes these tensors from the data of their leaves: what a backend is handed when they are read.
 *
 * @throws Error where a leaf holds no data on the host.
 */
export function planOf(outputs: readonly Tensor[]): TracedPlan {
  const roots = outputs.map(({ node }) => resolve(node))
  const order = schedule(roots)
  const inputs = order.flatMap(({ storage, shape, dtype }): HostArray[] => {
    if (storage === null) return []
    const data = storage.hostData
    if (data === undefined) throw new Error('planOf: a leaf holds its data on a backend, not on the host')
    return [{ shape, dtype, data }]
  })
  return { plan: makePlan(roots, order).plan, inputs }
}
