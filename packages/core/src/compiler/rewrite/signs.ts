import type { Primitive } from '../../graph/tensor.ts'
import { div, mul, neg, sub } from '../../ops/arithmetic.ts'
import { add } from '../../ops/elementwise.ts'
import type { ValueId } from '../plan.ts'
import { constantOf, constantValue } from './constants.ts'
import type { Draft, Rule } from './rule.ts'

/** What a value is the negative of; undefined where it is none. */
function negated(draft: Draft, id: ValueId): ValueId | undefined {
  const made = draft.producer(id)
  return made?.primitive === neg.primitive ? made.inputs[0] : undefined
}

/**
 * Signs that cancel or that the next operation takes in: `-(-x)`, `a + -b`, `a - -b`, `-a · -b`, `-a / -b`, and `-x · c`
 * as `x · -c`. A sign is exact in every format.
 */
export const mergeSigns: Rule = {
  name: 'merge signs',
  on: [neg, add, sub, mul, div].map((op) => op.primitive),
  keeps: 'exact',
  rewrite: ({ primitive, inputs: [a = -1, b = -1], spec }, draft) => {
    const made = (op: { readonly primitive: Primitive }, ...inputs: ValueId[]): ValueId =>
      draft.add({ primitive: op.primitive, attrs: {}, inputs, spec })
    const [ofA, ofB] = [negated(draft, a), negated(draft, b)]
    switch (primitive) {
      case neg.primitive:
        return ofA ?? null
      case add.primitive:
        return ofB !== undefined ? made(sub, a, ofB) : ofA !== undefined ? made(sub, b, ofA) : null
      case sub.primitive:
        return ofB !== undefined ? made(add, a, ofB) : null
      default: {
        const op = primitive === mul.primitive ? mul : div
        if (ofA !== undefined && ofB !== undefined) return made(op, ofA, ofB)
        const opposite = (id: ValueId): ValueId | null => {
          const value = constantOf(draft, id)
          return value === null ? null : constantValue(draft, -value, draft.spec(id))
        }
        const [c, d] = [opposite(a), opposite(b)]
        if (ofA !== undefined && d !== null) return made(op, ofA, d)
        return ofB !== undefined && c !== null ? made(op, c, ofB) : null
      }
    }
  },
}
