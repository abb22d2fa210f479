import type { Arena } from './arena.ts'
import { garbageCollector, turn } from './environment.ts'

/** Values may pile up by so many bytes before the garbage collector is given its chance. */
const budget = 2 ** 28

/**
 * More than the garbage collector of an engine lets pass without looking. It is never touched, so it takes no memory.
 */
const weightBytes = 2 ** 27

/**
 * Pauses in which the engine finds tensors that nobody holds any more. Their memory here is given back by a callback that
 * no run hears of that never lets go of its thread; and the engine knows nothing of how much memory hangs on a small object.
 */
export class Breath {
  private readonly arena: Arena
  /** What was used after the last pause, or least since. */
  private low = 0

  constructor(arena: Arena) {
    this.arena = arena
  }

  /** Whether so much was taken since the last pause that another is due. */
  get due(): boolean {
    const { used } = this.arena.use
    this.low = Math.min(this.low, used)
    return used - this.low > budget
  }

  /** Makes the engine feel the weight of what was taken, and lets callbacks run. */
  async take(): Promise<void> {
    const { used, maximum } = this.arena.use
    if (used > maximum / 2) return this.deep()
    new ArrayBuffer(weightBytes)
    await turn()
    this.low = this.arena.use.used
  }

  /** Collects garbage where the engine lets itself be told to, and waits for the callbacks. */
  async deep(): Promise<void> {
    const collect = garbageCollector() ?? ((): ArrayBuffer => new ArrayBuffer(weightBytes))
    for (let i = 0; i < 3; i++) {
      collect()
      await turn()
    }
    this.low = this.arena.use.used
  }
}
