import type { TensorSpec } from '../../graph/dtype.ts'
import type { Primitive } from '../../graph/tensor.ts'
import type { ValueId } from '../plan.ts'

/** A primitive on values of a plan, and what comes of it. */
export interface Application {
  readonly primitive: Primitive
  readonly attrs: object
  readonly inputs: readonly ValueId[]
  readonly spec: TensorSpec
}

/** The plan that is being written, as a rule sees it. */
export interface Draft {
  /** A value's shape and dtype. */
  spec(id: ValueId): TensorSpec
  /** What computes a value; undefined for inputs. */
  producer(id: ValueId): Application | undefined
  /** How often the value is read, outputs included, by what was not looked at yet too. 0 for what a rule has just made. */
  reads(id: ValueId): number
  /** The value of a primitive, by way of all rules: one that is there already where it can be. */
  add(application: Application): ValueId
}

/** One way to write something shorter. */
export interface Rule {
  readonly name: string
  /** What it looks at: these primitives, or all whose result at one place depends on the elements there alone. */
  readonly on: readonly Primitive[] | 'elementwise'
  /**
   * `exact`: the same bits. `signed zeros`: the same but for the sign of zeros. `rounding`: at most 1 unit in the last
   * place apart, and the same but for that.
   */
  readonly keeps: 'exact' | 'signed zeros' | 'rounding'
  /** The value that stands for the application, or null where there is nothing to do. */
  rewrite(application: Application, draft: Draft): ValueId | null
}

const elementwise = new Set(['unary', 'binary', 'ternary'])

/** Whether a primitive's result at one place depends on the elements there alone. */
export function isElementwise({ family }: Primitive): boolean {
  return elementwise.has(family)
}
