import type { Arena } from './arena.ts'
import { garbageCollector, turn } from './environment.ts'

/** Values may pile up by so many bytes before the garbage collector is given its chance. */
const budget = 2 ** 28

/**
 * More than the garbage collector of an engine lets pass without looking. It is never touched, so it takes no memory.
 */
const weightBytes = 2 ** 27

/** A loop of runs keeps the thread to itself for no more milliseconds than a frame of a display lasts. */
const longest = 16

/**
 * Pauses between runs. A loop that awaits runs which answer at once never lets go of its thread: timers, signals and pages
 * stand still, and so do the callbacks that give back the memory of tensors nobody holds any more. Besides, the engine
 * knows nothing of how much memory hangs on such a small object.
 */
export class Breath {
  private readonly arena: Arena
  /** What was used after the last pause, or least since. */
  private low = 0
  private last = performance.now()

  constructor(arena: Arena) {
    this.arena = arena
  }

  /** Whether the last pause is long ago, or much was taken since. */
  get due(): boolean {
    return this.heavy || performance.now() - this.last > longest
  }

  private get heavy(): boolean {
    this.low = Math.min(this.low, this.arena.used)
    return this.arena.used - this.low > budget
  }

  /** Lets callbacks run. Where much was taken, the engine is made to feel the weight of it before. */
  async take(): Promise<void> {
    const { heavy } = this
    if (heavy) {
      if (this.arena.used > this.arena.use.maximum / 2) return this.deep()
      new ArrayBuffer(weightBytes)
    }
    await turn()
    this.last = performance.now()
    if (heavy) this.low = this.arena.used
  }

  /** Collects garbage where the engine lets itself be told to, and waits for the callbacks. */
  async deep(): Promise<void> {
    const collect = garbageCollector() ?? ((): ArrayBuffer => new ArrayBuffer(weightBytes))
    for (let i = 0; i < 3; i++) {
      collect()
      await turn()
    }
    this.last = performance.now()
    this.low = this.arena.used
  }
}
