/** One run of a workload, over when its result could be read. */
export type Run = () => Promise<void>

/** A framework that is timed. */
export interface Contestant {
  readonly name: string
  readonly version: string
  /** What it computes with: backend, threads. */
  readonly how: string
  /** Makes a workload ready; says why where it cannot do it. */
  prepare(workload: string): Promise<Run | string>
}
