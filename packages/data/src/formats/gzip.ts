import { FileFormatError } from '@samkit/core'

interface Packed {
  readonly file: string
  readonly bytes: Uint8Array
}

/** Whether `bytes` begin as a gzip file does. No IDX or CIFAR file begins so. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

// A gzip member is a header of 10 bytes or more, deflate data and a trailer: CRC-32, then length modulo 2^32.
const trailerBytes = 8
const smallestFile = 10 + 2 + trailerBytes

// Deflate spends at least one bit on the length and one on the distance of a match of at most 258 bytes.
const largestRatio = 1032

/**
 * The unpacked length that a gzip file of one member states in its last four bytes.
 *
 * @throws FileFormatError where the file is too short to be gzip, or too short to unpack to that length.
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export function statedLength({ file, bytes }: Packed): number {
  const fail = (field: string, offset: number, problem: string): FileFormatError =>
    new FileFormatError({ format: 'gzip', file, field, offset }, problem)
  if (bytes.length < smallestFile) {
    throw fail('end', bytes.length, `a gzip file has at least ${smallestFile} bytes: the file is cut short`)
  }
  const offset = bytes.length - 4
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true)
  const most = bytes.length * largestRatio
  if (length > most) {
    throw fail(
      'unpacked length',
      offset,
      `states ${length} bytes, but ${bytes.length} packed bytes hold at most ${most}: ` +
        'the file is cut short, or bytes follow the gzip data',
    )
  }
  return length
}

/**
 * Unpacks a gzip file of one member to exactly `length` bytes. `checkHead` sees the first `headLength` of
 * them, and may throw, before more is unpacked. Memory grows with what is really unpacked, and stops at
 * `length`.
 *
 * @throws FileFormatError where the data is damaged (its CRC-32 included) or unpacks to another length.
 */
export async function gunzip(
  { file, bytes }: Packed,
  length: number,
  headLength: number,
  checkHead: (head: Uint8Array) => void,
): Promise<Uint8Array> {
  const fail = (field: string, offset: number, problem: string): FileFormatError =>
    new FileFormatError({ format: 'gzip', file, field, offset }, problem)
  const reader = pieces(bytes).pipeThrough(new DecompressionStream('gzip')).getReader()
  const wanted = Math.min(headLength, length)
  let out = new Uint8Array(Math.min(length, 2 ** 16))
  let filled = 0
  let checked = false
  try {
    for (;;) {
      if (!checked && filled >= wanted) {
        checkHead(out.subarray(0, wanted))
        checked = true
      }
      let result: ReadableStreamReadResult<Uint8Array>
      try {
        result = await reader.read()
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause)
        throw fail('data', 0, `damaged or cut short: it breaks after ${filled} unpacked bytes (${reason})`)
      }
      if (result.done) break
      const piece = result.value
      if (filled + piece.length > length) {
        throw fail('data', 0, `unpacks to more than the ${length} bytes that the end of the file states`)
      }
      if (filled + piece.length > out.length) out = grown(out, filled, filled + piece.length, length)
      out.set(piece, filled)
      filled += piece.length
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
  if (filled !== length) {
    throw fail(
      'unpacked length',
      bytes.length - 4,
      `states ${length} bytes, but the data unpacks to ${filled}`,
    )
  }
  return out.length === length ? out : out.subarray(0, length)
}

/** `bytes` in small pieces, on demand, so that no piece unpacks to more than a few MiB at once. */
function pieces(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  const size = 2 ** 12
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + size))
      at += size
    },
  })
}

/** A copy of the first `used` bytes with room for at least `needed`, doubling up to `most`. */
function grown(bytes: Uint8Array, used: number, needed: number, most: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(most, Math.max(needed, 2 * bytes.length)))
  larger.set(bytes.subarray(0, used))
  return larger
}
