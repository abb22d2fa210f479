/** What the arena of the wasm backend holds. All in bytes. */
export interface MemoryUse {
  /** What is handed out. */
  readonly used: number
  /** What is free now, before the memory grows. */
  readonly free: number
  /** The largest free piece. */
  readonly largestFree: number
  /** What the memory may grow to. */
  readonly maximum: number
}

const units = ['B', 'KiB', 'MiB', 'GiB'] as const

/** A number of bytes for people: `1.5 MiB`. */
function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Number(value.toFixed(value < 10 && unit > 0 ? 1 : 0))} ${units[unit]}`
}

/** The memory of the wasm backend is exhausted. What was computed before can still be read, and disposed. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError'
  /** The bytes that were asked for. */
  readonly bytes: number
  /** What the memory held at that moment. */
  readonly memory: MemoryUse

  constructor(bytes: number, memory: MemoryUse) {
    const { used, free, largestFree, maximum } = memory
    const rest = maximum - used - free
    super(
      `the wasm backend cannot find ${formatBytes(bytes)}: ${formatBytes(used)} of at most ${formatBytes(maximum)} are in ` +
        `use, ${formatBytes(free)} free in pieces of up to ${formatBytes(largestFree)}` +
        (rest > 0 ? `, and the engine gives none of the other ${formatBytes(rest)} in one piece` : '') +
        '. Use smaller batches or checkpoint(), dispose() what is no longer needed, or make the backend with a larger maxMemory',
    )
    this.bytes = bytes
    this.memory = memory
  }
}
