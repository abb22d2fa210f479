import type fc from 'fast-check'
import type { DType, HostArray } from '../../graph/dtype.ts'
import type { Index } from './nd.testing.ts'

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

/** How one primitive is tested: where its cases come from, and what it says, said a second time. */
export interface OpEntry<A extends object = object> {
  /** Cases over shapes, values and attributes. */
  cases(options: CaseOptions): fc.Arbitrary<OpCase<A>>
  /** The element of the result at `index`, from elements of the inputs: the op's definition. */
  element(inputs: readonly HostArray[], attrs: A, index: Index): number | bigint
  /** How far the kernel may be from the definition, in units of the last place of an `f64`. Default 0. */
  readonly ulps?: number
  /** False where the sign of a zero result is left open. Default true. */
  readonly signedZero?: boolean
  /** Groups of inputs that the op is linear in, the other inputs held fixed. Default none. */
  linear?(inputs: readonly HostArray[]): readonly (readonly number[])[]
  /** True where no gradient passes although the value depends on the input. Default false. */
  readonly stopsGradient?: boolean
}

/** An entry of the table, its attributes' type forgotten: a case and the entry that drew it always go together. */
export function entry<A extends object>(typed: OpEntry<A>): OpEntry {
  return typed
}
