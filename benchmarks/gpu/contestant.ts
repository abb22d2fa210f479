import type { Workload } from './workload.ts'

/**
 * Takes the state from the host, repeats the work on the device this many times, and brings the state back; one array for
 * each tensor of it, in the contestant's own layout.
 */
export type Run = (repetitions: number) => Promise<readonly Float32Array[]>

/** A framework on one of its backends. */
export interface Contestant {
  readonly name: string
  readonly version: string
  readonly channels: 'first' | 'last'
  /** Makes a workload ready. */
  prepare(workload: Workload): Promise<Run>
}
