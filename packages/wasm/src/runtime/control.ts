/**
 * Words at the bottom of the memory that threads meet by, as places in an `Int32Array`. Each that several threads write to
 * has a cache line to itself.
 */
export const control = {
  /** Counts the runs: odd while the command is being written. Workers sleep on it. */
  generation: 16,
  /** The command: which program, where its frame is, and what its `drive` is given. */
  program: 32,
  stages: 33,
  stageCount: 34,
  base: 35,
  total: 36,
  /** Whether the worker that does the last piece sends a message. */
  reports: 37,
  /** The next piece of work to claim. It only counts up, so that whoever comes late finds nothing to do. */
  ticket: 48,
  /** How many pieces of work are done. */
  done: 64,
  /** How many threads sleep until `done` changes. */
  sleepers: 80,
  /** 0, or once a run was halted 1 + the pieces that were claimed by then; -1 while they are counted. */
  halted: 96,
} as const

/** The bytes that these words take, in all. */
export const controlBytes = 512
