import type { DType } from '@samkit/core'
import type { Worst } from './compare/compare.ts'
import type { Section } from './section.ts'
import type { Session } from './session.ts'
import type { Fault } from './verdict.ts'

/** What came of one primitive in one dtype. */
export interface Cell {
  readonly primitive: string
  readonly dtype: DType
  /** Examples that were compared. */
  readonly cases: number
  /** The largest error met, in units of the bound. */
  readonly worst: Worst
  /** The smallest example that is wrong, where one was found. */
  readonly fault?: Fault
}

/** What came of a check. */
export interface Outcome {
  /** Examples that were compared. */
  readonly cases: number
  /** What is wrong; empty where nothing is. */
  readonly faults: readonly Fault[]
  readonly cells?: readonly Cell[]
  /** Why there was nothing to check. */
  readonly skipped?: string
}

/** One fact that must hold of a backend. */
export interface Check {
  readonly section: Section
  /** The fact. */
  readonly title: string
  /** The primitive it is about, where it is about one. */
  readonly primitive?: string
  /** Looks whether it holds. */
  run(session: Session): Promise<Outcome>
}
