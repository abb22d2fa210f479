import type { Tensor } from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import type { Program } from './program.ts'

/** The program that a backend is handed when these tensors are read: what autodiff and optimizers made, primitive by primitive. */
export function planProgram(outputs: readonly Tensor[]): Program {
  const { plan, inputs } = planOf(outputs)
  return {
    leaves: inputs,
    steps: plan.steps.map(({ primitive, attrs, inputs: read }) => ({
      primitive: primitive.name,
      attrs,
      inputs: read,
    })),
    outputs: plan.outputs,
  }
}
