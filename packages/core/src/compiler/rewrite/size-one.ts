import { isFloat } from '../../graph/dtype.ts'
import { type ReduceAttrs, sum } from '../../ops/broadcast.ts'
import { max, min } from '../../ops/extrema.ts'
import type { Application, Draft, Rule } from './rule.ts'
import { reshaped } from './views.ts'

/** Whether only axes of size 1 are reduced. */
function reducesNothing({ attrs, inputs: [input = -1] }: Application, draft: Draft): boolean {
  const { shape } = draft.spec(input)
  return (attrs as ReduceAttrs).axes.every((axis) => shape[axis] === 1)
}

/** The largest or smallest of one element, and the sum of one integer. */
export const dropReductions: Rule = {
  name: 'drop reductions of one element',
  on: [max.primitive, min.primitive, sum.primitive],
  keeps: 'exact',
  rewrite: (application, draft) => {
    const { primitive, inputs, spec } = application
    if (primitive === sum.primitive && isFloat(spec.dtype)) return null
    return reducesNothing(application, draft) ? reshaped(draft, inputs[0] ?? -1, spec.shape) : null
  },
}

/** The sum of one floating number. A sum starts from 0, so that of -0 is 0; the number itself stays -0. */
export const dropFloatSums: Rule = {
  name: 'drop sums of one number',
  on: [sum.primitive],
  keeps: 'signed zeros',
  rewrite: (application, draft) => {
    const { inputs, spec } = application
    return reducesNothing(application, draft) ? reshaped(draft, inputs[0] ?? -1, spec.shape) : null
  },
}
