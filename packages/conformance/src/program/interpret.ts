import type { HostArray, Plan, TensorSpec } from '@samkit/core'
import type { Use } from '../compare/primitive-allowance.ts'

/** Changes the result of a step before later ones read it. */
export type Perturb = (use: Use) => HostArray

/**
 * Every value of a plan, by the reference kernels: first the inputs, then one per step.
 *
 * @throws what the kernels throw.
 */
export function interpret(plan: Plan, inputs: readonly HostArray[], perturb?: Perturb): HostArray[] {
  const values: HostArray[] = [...inputs]
  const valueWith = (id: number): HostArray =>
    values[id] ?? { shape: [], dtype: 'f64', data: new Float64Array(1) }
  for (const { primitive, attrs, inputs: ids, output } of plan.steps) {
    const read = ids.map(valueWith)
    const { shape, dtype } = plan.values[output] as TensorSpec
    const result = { shape, dtype, data: primitive.reference(read, attrs, { shape, dtype }) }
    values[output] =
      perturb === undefined ? result : perturb({ primitive, attrs, inputs: read, output: result })
  }
  return values
}

/** The values that a plan gives. */
export function outputsOf(plan: Plan, values: readonly HostArray[]): HostArray[] {
  return plan.outputs.flatMap((id) => values[id] ?? [])
}
