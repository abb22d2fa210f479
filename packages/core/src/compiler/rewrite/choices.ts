import { logicalAnd, logicalNot, logicalOr } from '../../ops/compare.ts'
import { where } from '../../ops/select.ts'
import type { ValueId } from '../plan.ts'
import { constantOf, constantValue } from './constants.ts'
import type { Draft, Rule } from './rule.ts'
import { expanded } from './views.ts'

function inverted(draft: Draft, id: ValueId): ValueId | undefined {
  const made = draft.producer(id)
  return made?.primitive === logicalNot.primitive ? made.inputs[0] : undefined
}

/** `where` whose condition is known or turned around, or whose branches are one value. */
export const decideWhere: Rule = {
  name: 'decide where',
  on: [where.primitive],
  keeps: 'exact',
  rewrite: ({ attrs, inputs: [c = -1, a = -1, b = -1], spec }, draft) => {
    const condition = constantOf(draft, c)
    if (condition !== null) return expanded(draft, condition !== 0 ? a : b, spec.shape)
    if (a === b) return expanded(draft, a, spec.shape)
    const turned = inverted(draft, c)
    if (turned === undefined) return null
    return draft.add({ primitive: where.primitive, attrs, inputs: [turned, b, a], spec })
  },
}

/** `not not x`, and `and`, `or` with an operand that is known or twice the same. */
export const decideLogic: Rule = {
  name: 'decide logic',
  on: [logicalNot, logicalAnd, logicalOr].map((op) => op.primitive),
  keeps: 'exact',
  rewrite: ({ primitive, inputs: [a = -1, b = -1], spec }, draft) => {
    if (primitive === logicalNot.primitive) return inverted(draft, a) ?? null
    if (a === b) return expanded(draft, a, spec.shape)
    // What `and` passes on, `or` is decided by.
    const passes = primitive === logicalAnd.primitive ? 1 : 0
    for (const [known, other] of [
      [constantOf(draft, a), b],
      [constantOf(draft, b), a],
    ] as const) {
      if (known === null) continue
      return known === passes ? expanded(draft, other, spec.shape) : constantValue(draft, known, spec)
    }
    return null
  },
}
