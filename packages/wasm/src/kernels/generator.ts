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

/** What stands among a kernel's operands beside the numbers of the program's buffers. */
export const operand = {
  /** Scratch that all phases and threads share. */
  workspace: -1,
  /** Scratch that a thread has to itself during one call of a phase. */
  private: -2,
  /** The words that `reportFailure` writes to. */
  failure: -3,
} as const

/** A kernel made ready: phases that run one after another. */
export interface Generated {
  /** What the phases are given the addresses of, in order: the program's buffers by number, or an {@link operand}. */
  readonly operands: readonly number[]
  readonly phases: readonly Phase[]
  /** Bytes of scratch that the phases share, 64-byte aligned. */
  readonly workspaceBytes: number
  /** Bytes behind `operand.private`; default 0. */
  readonly privateBytes?: number
  /**
   * Of convolutions: whether the last phase counts images, or the same parts of each one after another. Others are in no
   * chain. Elementwise kernels and products always count their own outer iterations in the last phase.
   */
  readonly byImage?: boolean
  /** What the reference kernel throws on the value that a phase reported by `reportFailure`. */
  readonly failure?: (value: number) => Error
}

/** Makes kernels of one kind. */
export type Generate<K> = (kernel: K, features: Features) => Generated

/** The types of a phase's parameters. */
export const phaseParameters = ['i32', 'i32', 'i32'] as const
