import type { ByteReader } from './byte-reader.ts'
import type { ByteSource } from './byte-source.ts'
import { FileFormatError } from './format-error.ts'

const pieceBytes = 2 ** 16

/**
 * Unpacks the deflate stream of `compressedSize` bytes at `start`, a piece at a time, into exactly `length`
 * bytes. Throws a {@link FileFormatError} when the stream is damaged or of another length, and never unpacks
 * further than a piece past `length`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */
export function inflateReader(
  source: ByteSource,
  start: number,
  compressedSize: number,
  length: number,
  format: string,
  field: string,
): ByteReader {
  const fail = (problem: string): FileFormatError =>
    new FileFormatError({ format, file: source.name, field, offset: start }, problem)

  let sent = 0
  // The stream reports a failing source in its own words, so the cause is kept here.
  let sourceError: { readonly cause: unknown } | undefined
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (sent === compressedSize) return controller.close()
      const piece = new Uint8Array(Math.min(pieceBytes, compressedSize - sent))
      try {
        await source.read(start + sent, piece)
      } catch (cause) {
        sourceError = { cause }
        throw cause
      }
      sent += piece.length
      controller.enqueue(piece)
    },
  })
  const unpacked = packed.pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  let waiting: Uint8Array = new Uint8Array()
  let done = 0

  /** The next piece that is not empty, or `undefined` at the end. */
  const nextPiece = async (): Promise<Uint8Array | undefined> => {
    for (;;) {
      let result: ReadableStreamReadResult<Uint8Array>
      try {
        result = await unpacked.read()
      } catch {
        if (sourceError !== undefined) throw sourceError.cause
        throw fail(`the compressed data is damaged: it breaks after ${done} of ${length} bytes`)
      }
      if (result.done) return undefined
      if (result.value.length > 0) return result.value
    }
  }
  const cancel = async (): Promise<void> => {
    await unpacked.cancel().catch(() => {})
  }
  return {
    length,
    offsetOf: () => start,
    async read(target) {
      for (let filled = 0; filled < target.length; ) {
        if (waiting.length === 0) {
          const piece = await nextPiece()
          if (piece === undefined) throw fail(`unpacks to ${done} bytes, but ${length} are stated`)
          waiting = piece
        }
        const taken = waiting.subarray(0, target.length - filled)
        target.set(taken, filled)
        waiting = waiting.subarray(taken.length)
        filled += taken.length
        done += taken.length
      }
    },
    async finish() {
      if (waiting.length === 0 && (await nextPiece()) === undefined) return
      await cancel()
      throw fail(`unpacks to more than the ${length} bytes stated`)
    },
    cancel,
  }
}
