import type { HostArray } from '../../graph/dtype.ts'
import type { Cases } from '../cases/op-case.ts'
import type { Index } from './nd.testing.ts'

/** What one primitive says, said a second time. */
export interface Statement<A extends object = object> {
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

/** How one primitive is tested: what it says, and where its cases come from. */
export interface OpEntry extends Statement {
  readonly cases: Cases
}

/** An entry of the table, its attributes' type forgotten: a case and the entry that drew it always go together. */
export function entry<A extends object>(typed: Statement<A>): Statement {
  return typed
}
