import type { Capabilities } from '@samkit/core'
import type { Bounds } from './bounds.ts'
import type { Cell } from './check.ts'
import type { Section } from './section.ts'
import type { Fault } from './verdict.ts'

/** What came of one check. */
export interface CheckReport {
  readonly section: Section
  /** The fact that was checked. */
  readonly title: string
  /** Examples that were compared. */
  readonly cases: number
  /** What is wrong; empty where nothing is. */
  readonly faults: readonly Fault[]
  /** Why there was nothing to check. */
  readonly skipped?: string
  readonly seconds: number
}

/** What came of all checks of a backend: plain data, for JSON. */
export interface ConformanceReport {
  readonly backend: string
  /** Whether nothing is wrong. */
  readonly right: boolean
  readonly capabilities: Capabilities
  readonly seed: number
  /** Examples per property. */
  readonly runs: number
  /** Bounds that the backend states in place of the default ones. */
  readonly statedBounds: Bounds
  /** Plans that the backend compiled. */
  readonly programs: number
  /** Examples that were compared. */
  readonly cases: number
  readonly seconds: number
  readonly checks: readonly CheckReport[]
  /** Primitive by dtype. */
  readonly grid: readonly Cell[]
}
