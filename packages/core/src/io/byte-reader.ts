import type { ByteSource } from './byte-source.ts'
import { FileFormatError } from './format-error.ts'

/** Bytes read once, front to back: a range of a file, or an entry of an archive as it is unpacked. */
export interface ByteReader {
  /** Bytes in all, as the file states it. */
  readonly length: number
  /** Where in the file byte `position` comes from; for compressed bytes, where their data starts. */
  offsetOf(position: number): number
  /** Fills the whole of `target` with the next bytes. Throws when fewer are left. */
  read(target: Uint8Array): Promise<void>
  /** To be called when all `length` bytes are read: checks what can only be checked at the end. */
  finish(): Promise<void>
  /** Stops early and lets go of what the reader holds. */
  cancel(): Promise<void>
}

/** Reads `length` bytes of `source` from `start`, which the caller has checked to lie in the file. */
export function rangeReader(
  source: ByteSource,
  start: number,
  length: number,
  format: string,
  field: string,
): ByteReader {
  let position = 0
  return {
    length,
    offsetOf: (at) => start + at,
    async read(target) {
      if (position + target.length > length) {
        const place = { format, file: source.name, field, offset: start + position }
        throw new FileFormatError(place, `needs ${target.length} more bytes, has ${length - position}`)
      }
      await source.read(start + position, target)
      position += target.length
    },
    async finish() {},
    async cancel() {},
  }
}
