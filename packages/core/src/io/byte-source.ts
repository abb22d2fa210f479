import { FileFormatError } from './format-error.ts'

/**
 * Bytes that can be read by range: a file, a Blob, or memory. Readers of large files ask only for the ranges
 * they need, so a source need not hold the whole file.
 */
export interface ByteSource {
  /** What error messages call the file. */
  readonly name: string
  /** Length in bytes. */
  readonly size: number
  /**
   * Fills the whole of `target` with the bytes that start at `offset`. Callers stay within `size`; a source
   * that turns out shorter than `size` throws.
   */
  read(offset: number, target: Uint8Array): Promise<void>
  /** Releases what the source holds open, if anything. */
  close?(): Promise<void>
}

/** A source over bytes in memory. The bytes are not copied; `name` is for error messages. */
export function bytesSource(bytes: Uint8Array, name = 'bytes'): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, target) {
      target.set(bytes.subarray(offset, offset + target.length))
    },
  }
}

const blobPiece = 16 * 2 ** 20

/**
 * A source over a browser `File` or `Blob`, read piece by piece. `name` is for error messages and defaults to
 * the name of the `File`.
 */
export function blobSource(blob: Blob, name?: string): ByteSource {
  const ownName = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'blob'
  return {
    name: name ?? ownName,
    size: blob.size,
    async read(offset, target) {
      for (let done = 0; done < target.length; done += blobPiece) {
        const end = Math.min(done + blobPiece, target.length)
        const piece = await blob.slice(offset + done, offset + end).arrayBuffer()
        target.set(new Uint8Array(piece), done)
      }
    },
  }
}

/**
 * The `length` bytes of `source` at `offset`, in memory of their own. Throws a {@link FileFormatError} naming
 * `format` and `field` when the file ends before them, without allocating.
 */
export async function readBytes(
  source: ByteSource,
  offset: number,
  length: number,
  format: string,
  field: string,
): Promise<Uint8Array<ArrayBuffer>> {
  if (offset < 0 || offset + length > source.size) {
    const place = { format, file: source.name, field, offset }
    throw new FileFormatError(place, `needs ${length} bytes, but the file ends at byte ${source.size}`)
  }
  const bytes = new Uint8Array(length)
  await source.read(offset, bytes)
  return bytes
}
