import type { DType } from '../../graph/dtype.ts'
import type { Guard, Kernel } from './kernel.ts'

/**
 * Memory that a program reads or writes. Inputs and outputs are handed over when it runs; `scratch` lies at `start` bytes
 * (a multiple of 64) in one block of `scratchBytes` that the run has to itself.
 */
export type Buffer = { readonly dtype: DType; readonly size: number } & (
  | { readonly kind: 'input'; readonly input: number }
  | { readonly kind: 'output'; readonly output: number }
  | { readonly kind: 'scratch'; readonly start: number }
)

/**
 * Kernels that run one after another on the same share of the work: what a later one reads of an earlier one's results
 * was written by the same share. So they need no barrier between them, and find their data in the cache.
 */
export interface Task {
  /**
   * Whether all tasks before must be done when this one starts. Where it is false, the task has nothing to do with those
   * since the last barrier: threads go on to it without waiting for one another.
   */
  readonly barrier: boolean
  readonly kernels: readonly Kernel[]
  /**
   * Into how many equal parts the outer iterations of every kernel can be split; part `p` of a kernel with `outer`
   * iterations is `p · outer / parts` up to `(p + 1) · outer / parts`. A multiple-of-this split gives the same bits.
   */
  readonly parts: number
  /** For each kernel what it is skipped by; null for those that always run. */
  readonly guards: readonly (Guard | null)[]
  /** Scratch that the backend asked for on top, for each kernel; null where it asked for none. */
  readonly workspaces: readonly (number | null)[]
  /** For each kernel the plan steps it computes, to name in errors. */
  readonly steps: readonly (readonly number[])[]
}

/** A plan after lowering: kernels in the order they run, and where every value lies. */
export interface Program {
  readonly buffers: readonly Buffer[]
  readonly tasks: readonly Task[]
  readonly scratchBytes: number
  /** The most bytes of inputs, outputs and scratch together at one time. */
  readonly peakBytes: number
  readonly inputCount: number
  /** The buffer of each plan output. An output that is an input as it came, or another output, has a copy of its own. */
  readonly outputs: readonly number[]
}
