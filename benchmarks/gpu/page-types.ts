import type { PlainKernelTime } from './plain-kernels.ts'

/** A contestant that started, or why it did not. */
export interface Entrant {
  readonly name: string
  readonly version: string
  readonly reason: string | null
}

/** What a contestant's first run of a workload came to. */
export interface First {
  /** Milliseconds of the first run, with everything that is compiled then. */
  readonly milliseconds: number | null
  /** How far its numbers are off; see `distance`. */
  readonly error: number | null
  /** Milliseconds of a second run, nothing being compiled, where that took so long that there is no third. */
  readonly again: number | null
  /** Why it is not timed: it failed, or its numbers are wrong. */
  readonly reason: string | null
}

/** What the page knows of the device. */
export interface Surroundings {
  readonly adapter: Readonly<Record<string, string>>
  readonly renderer: string
  readonly agent: string
  readonly isolated: boolean
  readonly cores: number
}

/** What came of the conformance kit on one mode. */
export interface KitResult {
  readonly backend: string
  readonly right: boolean
  readonly cases: number
  readonly programs: number
  readonly seconds: number
  readonly faults: readonly string[]
}

/** What the page offers to the program that opened it. */
export interface Bench {
  surroundings(): Promise<Surroundings>
  /** Starts the contestants. */
  start(names: readonly string[]): Promise<Entrant[]>
  /** Makes a workload ready for all contestants; gives how many repetitions more its longer run has. */
  choose(workload: string): Promise<{ readonly title: string; readonly more: number }>
  first(contestant: string): Promise<First>
  /** Milliseconds of one run. */
  sample(contestant: string, repetitions: number): Promise<number>
  kit(mode: string, runs: number): Promise<KitResult>
  /** Times kernels of gpu.js written by hand. */
  plainKernels(rounds: number): Promise<PlainKernelTime[]>
}
