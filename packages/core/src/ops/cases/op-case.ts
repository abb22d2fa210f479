import type fc from 'fast-check'
import type { DType, HostArray } from '../../graph/dtype.ts'

/** One use of a primitive: inputs and attributes that fit. */
export interface OpCase<A extends object = object> {
  readonly inputs: readonly HostArray[]
  readonly attrs: A
}

/** What cases to draw. */
export interface CaseOptions {
  /** The dtype of the main operand, whether the primitive takes it or not. */
  readonly dtype: DType
  /** Only values around which the op is smooth: away from kinks, jumps, ties and the ends of its domain. */
  readonly smooth: boolean
}

/** Draws uses of one primitive, over shapes, values and attributes. */
export type Cases<A extends object = object> = (options: CaseOptions) => fc.Arbitrary<OpCase<A>>

/** An entry of the table, its attributes' type forgotten. */
export function cases<A extends object>(typed: Cases<A>): Cases {
  return typed
}
