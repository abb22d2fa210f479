/**
 * How a program's schedule lies in memory. A stage is cut into pieces that may run at the same time, on any thread; so
 * may those of all stages of one level. Each piece makes every call of its stage, on its share. All words are i32.
 */
export const stageRecord = {
  /** The number of the first piece, counted over all stages of a segment, and of the first one after it. */
  start: 0,
  end: 1,
  /** How many pieces there are before this level, which must be done, and up to its end. */
  gate: 5,
  levelEnd: 6,
  /** The address of the first call, and how many there are. */
  calls: 2,
  callCount: 3,
  /** Whether threads asleep have something to do when this level is done. */
  wake: 4,
  words: 8,
} as const

/** One call of every piece of a stage. */
export const callRecord = {
  /** The place in the function table. */
  function: 0,
  /** The address of the operands' addresses, and how many bytes after it the next thread's copy is (0: one for all). */
  table: 1,
  tableStride: 2,
  /** The iterations of one piece, and of all together: the last piece may be shorter. */
  size: 3,
  outer: 4,
  /** The address of a buffer (0: it always runs), and at which byte of it a call is skipped by which bool. */
  guard: 5,
  guardAt: 6,
  skippedBy: 7,
  words: 8,
} as const
