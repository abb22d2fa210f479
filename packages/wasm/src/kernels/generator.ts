import type { FunctionRef, ModuleBuilder } from '../assembler/index.ts'

/** What the engine can do, by test. */
export interface Features {
  /** Relaxed SIMD: fused multiply-add. */
  readonly relaxedSimd: boolean
  /** Threads over one memory. */
  readonly sharedMemory: boolean
}

/** A share of a kernel's work that ends before the next one begins. */
export interface Phase {
  /** Equal for phases that are the same code: those share one function. */
  readonly key: string
  /** How many independent iterations it is split over. */
  readonly outer: number
  /** Splits lie at multiples of this, for speed. Results are the same bits wherever they lie on them. */
  readonly grain: number
  /** Roughly how many nanoseconds one iteration takes: what decides how many pieces are worth their overhead. */
  readonly cost: number
  /**
   * Writes the function `(table, from, to)`: iterations `from` up to `to`, on operands whose addresses stand as i32 at
   * `table`, in the order of `operands`.
   */
  emit(module: ModuleBuilder): FunctionRef
}

/** A kernel made ready: phases that run one after another. */
export interface Generated {
  /** The program's buffers whose addresses the phases are given, in order; -1 stands for the workspace. */
  readonly operands: readonly number[]
  readonly phases: readonly Phase[]
  /** Bytes of scratch that the phases share, 64-byte aligned. */
  readonly workspaceBytes: number
}

/** Makes kernels of one kind. */
export type Generate<K> = (kernel: K, features: Features) => Generated

/** The types of a phase's parameters. */
export const phaseParameters = ['i32', 'i32', 'i32'] as const
