import { broadcastShapes, sameShape, sizeOf } from '../../graph/shape.ts'
import { expand } from '../../ops/broadcast.ts'
import type { ValueId } from '../plan.ts'
import { constantOf, constantValue } from './constants.ts'
import { type Draft, isElementwise, type Rule } from './rule.ts'
import { expanded } from './views.ts'

/** The value that this one repeats, or itself; constants as scalars. */
function unrepeated(draft: Draft, id: ValueId): ValueId {
  const made = draft.producer(id)
  if (made?.primitive === expand.primitive) return made.inputs[0] ?? id
  const spec = draft.spec(id)
  const value = spec.shape.length > 0 ? constantOf(draft, id) : null
  return value === null ? id : constantValue(draft, value, { shape: [], dtype: spec.dtype })
}

/**
 * Elementwise work on repeated values is done before they are repeated, and operands that broadcast anyway are not
 * repeated first.
 */
export const lateExpand: Rule = {
  name: 'expand late',
  on: 'elementwise',
  keeps: 'exact',
  rewrite: ({ primitive, attrs, inputs, spec }, draft) => {
    if (!isElementwise(primitive)) return null
    const plain = inputs.map((id) => unrepeated(draft, id))
    if (plain.every((id, i) => id === inputs[i])) return null
    let { shape } = draft.spec(plain[0] ?? -1)
    for (const id of plain.slice(1)) shape = broadcastShapes(primitive.name, shape, draft.spec(id).shape)
    const inner = sameShape(shape, spec.shape) || sizeOf(shape) < sizeOf(spec.shape) ? shape : null
    if (inner === null) return null
    const value = draft.add({ primitive, attrs, inputs: plain, spec: { shape: inner, dtype: spec.dtype } })
    return expanded(draft, value, spec.shape)
  },
}
