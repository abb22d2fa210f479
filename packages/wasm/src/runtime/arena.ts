import { allocate, type DType, type TypedArray } from '@samkit/core'
import { aligned, FreeSpace } from './free-space.ts'
import { type MemoryUse, OutOfMemoryError } from './out-of-memory.ts'

const pageBytes = 65_536

/** Addresses count to 4 GiB; the last page is left out, so that the end of everything is an address too. */
const mostPages = 65_535

/**
 * No piece lies across 2 GiB, or ends near it: generated loops compare addresses as signed numbers, which is right within
 * either half.
 */
const signBit = 2 ** 31
const guard = 2 ** 24

/** Memory grows by at least so much. */
const leastGrowth = 2 ** 24

/** How an arena is made. */
export interface ArenaOptions {
  /** Whether threads can share it. */
  readonly shared: boolean
  /** The most bytes it may grow to; default: as many as the engine gives, at most 4 GiB. */
  readonly maximum?: number
  /** Bytes at address 0 that it leaves alone. */
  readonly reserved: number
}

/** One WebAssembly memory, and which parts of it are free. */
export class Arena {
  readonly memory: WebAssembly.Memory
  readonly shared: boolean
  readonly maxPages: number
  private readonly space = new FreeSpace()
  private readonly reserved: number
  /** The end of what was given to `space` so far. */
  private end: number
  /** Bytes that are handed out. */
  used = 0
  /** Values that live in it, and their bytes. */
  values = 0
  valueBytes = 0
  /** All of the memory as words. A new array after it has grown: never kept. */
  words: Int32Array<ArrayBufferLike>

  constructor({ shared, maximum = mostPages * pageBytes, reserved }: ArenaOptions) {
    this.shared = shared
    this.reserved = aligned(reserved)
    const wanted = Math.min(mostPages, Math.max(1, Math.floor(maximum / pageBytes)))
    const [memory, maxPages] = largest(wanted, shared)
    this.memory = memory
    this.maxPages = maxPages
    this.end = this.reserved
    this.words = new Int32Array(memory.buffer)
    this.reach(memory.buffer.byteLength)
  }

  get use(): MemoryUse {
    const { space, used } = this
    return {
      used,
      free: space.bytes,
      largestFree: space.largest,
      maximum: this.maxPages * pageBytes - this.reserved,
    }
  }

  /**
   * The address of `bytes` that are the caller's until {@link give}: a multiple of 64.
   *
   * @throws OutOfMemoryError when there is no piece as large and the memory cannot grow.
   */
  take(bytes: number): number {
    const size = Math.max(bytes, 1)
    const start = this.space.take(size) ?? (this.grow(aligned(size)) ? this.space.take(size) : null)
    if (start === null) throw new OutOfMemoryError(bytes, this.use)
    this.used += aligned(size)
    return start
  }

  /** Makes free what `take` gave for as many bytes. */
  give(start: number, bytes: number): void {
    const size = Math.max(bytes, 1)
    this.space.give(start, size)
    this.used -= aligned(size)
  }

  /** The numbers at an address. Not to be kept: the memory may grow. */
  view(start: number, dtype: DType, length: number): TypedArray {
    const { buffer } = this.words
    switch (dtype) {
      case 'f32':
        return new Float32Array(buffer, start, length)
      case 'f64':
        return new Float64Array(buffer, start, length)
      case 'i32':
        return new Int32Array(buffer, start, length)
      case 'bool':
        return new Uint8Array(buffer, start, length)
    }
  }

  /** The numbers at an address, in memory of their own. */
  read(start: number, dtype: DType, length: number): TypedArray {
    const copy = allocate(dtype, length)
    copy.set(this.view(start, dtype, length))
    return copy
  }

  /** Grows until a piece of `bytes` fits at the end, and some more if the engine has it. */
  private grow(bytes: number): boolean {
    const { buffer } = this.words
    const straddles = this.end - this.space.endingAt(this.end) + bytes > signBit - guard && this.end < signBit
    const from = straddles ? signBit : this.end - this.space.endingAt(this.end)
    const least = Math.ceil((from + bytes - buffer.byteLength) / pageBytes)
    const room = this.maxPages - buffer.byteLength / pageBytes
    if (least > room) return false
    const ample = Math.ceil(Math.max(leastGrowth, buffer.byteLength / 4) / pageBytes)
    for (const pages of new Set([Math.min(room, Math.max(least, ample)), least])) {
      try {
        this.memory.grow(pages)
      } catch {
        continue
      }
      this.words = new Int32Array(this.memory.buffer)
      this.reach(this.memory.buffer.byteLength)
      return true
    }
    return false
  }

  /** Makes free what lies between the old end and a new one, but for the guard below 2 GiB. */
  private reach(end: number): void {
    const low = Math.min(end, signBit - guard)
    if (low > this.end) this.space.give(this.end, low - this.end)
    const high = Math.max(this.end, signBit)
    if (end > high) this.space.give(high, end - high)
    this.end = Math.max(this.end, end)
  }
}

/** A memory of one page that may grow to `pages`, or to as many as the engine agrees to. */
function largest(pages: number, shared: boolean): [WebAssembly.Memory, number] {
  for (let maximum = pages; ; maximum = Math.ceil(maximum / 2)) {
    try {
      return [new WebAssembly.Memory({ initial: 1, maximum, shared }), maximum]
    } catch (error) {
      if (maximum <= 256) {
        throw new Error('the engine gives the wasm backend no memory', { cause: error })
      }
    }
  }
}
