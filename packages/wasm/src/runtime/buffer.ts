import { bytesPerElement, type DeviceBuffer, sizeOf, type TensorSpec } from '@samkit/core'
import type { Arena } from './arena.ts'

/** A value in the arena. */
export class WasmBuffer implements DeviceBuffer {
  readonly arena: Arena
  readonly bytes: number
  private start: number

  /** Takes room for `bytes`, which hold anything until they are written. */
  constructor(arena: Arena, bytes: number) {
    this.arena = arena
    this.bytes = bytes
    this.start = arena.take(bytes)
    arena.values += 1
    arena.valueBytes += bytes
  }

  /** Where it is. */
  get address(): number {
    if (this.start < 0)
      throw new Error('samkit: a value was used after its memory was given back; please report this')
    return this.start
  }

  dispose(): void {
    if (this.start < 0) return
    this.arena.give(this.start, this.bytes)
    this.start = -1
    this.arena.values -= 1
    this.arena.valueBytes -= this.bytes
  }
}

/** Bytes that a value takes. */
export function bytesOf({ shape, dtype }: TensorSpec): number {
  return sizeOf(shape) * bytesPerElement(dtype)
}
