import { bytesPerElement } from '../../graph/dtype.ts'
import type { Buffer } from './program.ts'

/** Scratch memory that is needed from one moment up to another, both included. */
export interface Span {
  readonly bytes: number
  readonly from: number
  readonly to: number
}

/** Where starts are multiples of: what a cache line and the widest loads need. */
const alignment = 64

/** A size as whole cache lines. */
function rounded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment
}

interface Hole {
  start: number
  end: number
}

/**
 * Lays spans into one block so that those needed at the same moment lie apart: in the order of time, each into the smallest
 * hole that holds it.
 */
export function layOut(spans: readonly Span[]): {
  readonly starts: readonly number[]
  readonly bytes: number
} {
  const starts = new Array<number>(spans.length).fill(0)
  const byStart = [...spans.keys()].sort((a, b) => (spans[a]?.from ?? 0) - (spans[b]?.from ?? 0) || a - b)
  const byEnd = [...spans.keys()].sort((a, b) => (spans[a]?.to ?? 0) - (spans[b]?.to ?? 0) || a - b)
  const holes = new Holes()
  let freed = 0
  for (const i of byStart) {
    const span = spans[i]
    if (span === undefined) continue
    for (let j = byEnd[freed]; j !== undefined && (spans[j]?.to ?? 0) < span.from; j = byEnd[++freed]) {
      holes.give(starts[j] ?? 0, rounded(spans[j]?.bytes ?? 0))
    }
    starts[i] = holes.take(rounded(span.bytes))
  }
  return { starts, bytes: holes.end }
}

/** The free parts of a block that grows at its end. */
class Holes {
  end = 0
  private readonly list: Hole[] = []

  take(bytes: number): number {
    if (bytes === 0) return 0
    let best = -1
    let bestSize = Number.POSITIVE_INFINITY
    for (const [i, { start, end }] of this.list.entries()) {
      const size = end - start
      if (size >= bytes && size < bestSize) {
        best = i
        bestSize = size
      }
    }
    const hole = this.list[best]
    if (hole !== undefined) {
      const { start } = hole
      hole.start += bytes
      if (hole.start === hole.end) this.list.splice(best, 1)
      return start
    }
    // A hole at the end of the block grows rather than being left behind.
    const last = this.list.at(-1)
    const start = last?.end === this.end ? last.start : this.end
    if (last?.end === this.end) this.list.pop()
    this.end = start + bytes
    return start
  }

  give(start: number, bytes: number): void {
    if (bytes === 0) return
    const end = start + bytes
    let i = this.list.findIndex((hole) => hole.start > start)
    if (i < 0) i = this.list.length
    const before = this.list[i - 1]
    const after = this.list[i]
    if (before?.end === start) {
      before.end = end
      if (after?.start === end) {
        before.end = after.end
        this.list.splice(i, 1)
      }
    } else if (after?.start === end) after.start = start
    else this.list.splice(i, 0, { start, end })
  }
}

/** The bytes of a buffer. */
export function bytesOf({ dtype, size }: Pick<Buffer, 'dtype' | 'size'>): number {
  return size * bytesPerElement(dtype)
}
