import type { TensorSpec } from '../../graph/dtype.ts'
import { constant } from '../../ops/leaves.ts'
import type { ValueId } from '../plan.ts'
import type { Draft } from './rule.ts'

/** The number that a value has everywhere, as its dtype holds it; null where it is no constant. */
export function constantOf(draft: Draft, id: ValueId): number | null {
  const made = draft.producer(id)
  if (made === undefined || made.primitive !== constant.primitive) return null
  return held((made.attrs as { readonly value: number }).value, made.spec)
}

/** A number as the dtype holds it: rounded to f32, wrapped to i32. */
export function held(value: number, { dtype }: Pick<TensorSpec, 'dtype'>): number {
  switch (dtype) {
    case 'f32':
      return Math.fround(value)
    case 'f64':
      return value
    case 'i32':
      return value | 0
    case 'bool':
      return value !== 0 ? 1 : 0
  }
}

/** A value that is this number everywhere. */
export function constantValue(draft: Draft, value: number, spec: TensorSpec): ValueId {
  const { shape, dtype } = spec
  const attrs = { value: held(value, spec), shape, dtype }
  return draft.add({ primitive: constant.primitive, attrs, inputs: [], spec })
}
