import { type Allowance, exactly } from '../compare/compare.ts'
import { allowanceOf } from '../compare/primitive-allowance.ts'
import type { Judge } from '../verdict.ts'

/** Allows each output what the bound of the primitive that gives it allows; what is moved only, nothing. */
export const byBound: Judge = ({ plan, values, outputs }, { bounds }) =>
  plan.outputs.map((id, i): Allowance => {
    const step = plan.steps.find(({ output }) => output === id)
    const output = outputs[i]
    if (step === undefined || output === undefined) return exactly()
    const inputs = step.inputs.flatMap((input) => values[input] ?? [])
    const { primitive, attrs } = step
    return allowanceOf({ primitive, attrs, inputs, output }, bounds[primitive.name] ?? {})
  })
