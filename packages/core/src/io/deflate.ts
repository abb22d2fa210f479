const pieceBytes = 2 ** 16

/**
 * Packs `chunks`, one after another, into a raw deflate stream.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */
export async function deflate(chunks: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const pieces = split(chunks)
  const plain = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const { value, done } = pieces.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
  const packed: Uint8Array[] = []
  const reader = plain.pipeThrough(new CompressionStream('deflate-raw')).getReader()
  for (let result = await reader.read(); !result.done; result = await reader.read()) packed.push(result.value)
  return packed
}

/** Copies of the pieces of `chunks`: streams take no views of shared memory. */
function* split(chunks: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>, undefined> {
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes)
      yield new Uint8Array(chunk.subarray(at, at + pieceBytes))
  }
}
