import type { Shape } from '../../graph/dtype.ts'
import { sameShape } from '../../graph/shape.ts'
import { expand } from '../../ops/broadcast.ts'
import { permute, reshape } from '../../ops/reshape.ts'
import type { ValueId } from '../plan.ts'
import type { Draft } from './rule.ts'

/** The value under another shape. */
export function reshaped(draft: Draft, id: ValueId, shape: Shape): ValueId {
  const { shape: from, dtype } = draft.spec(id)
  if (sameShape(from, shape)) return id
  return draft.add({ primitive: reshape.primitive, attrs: { shape }, inputs: [id], spec: { shape, dtype } })
}

/** The value repeated until it has this shape. */
export function expanded(draft: Draft, id: ValueId, shape: Shape): ValueId {
  const { shape: from, dtype } = draft.spec(id)
  if (sameShape(from, shape)) return id
  return draft.add({ primitive: expand.primitive, attrs: { shape }, inputs: [id], spec: { shape, dtype } })
}

/** The value with its axes in another order. */
export function permuted(draft: Draft, id: ValueId, order: readonly number[]): ValueId {
  const { shape, dtype } = draft.spec(id)
  const spec = { shape: order.map((axis) => shape[axis] ?? 0), dtype }
  return draft.add({ primitive: permute.primitive, attrs: { order }, inputs: [id], spec })
}
