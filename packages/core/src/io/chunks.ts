/**
 * Joins chunks, as the encoders yield them, into one array: for a browser download, or to hold a file in
 * memory. To write a file on Node, pass the chunks to `writeFileAtomic` instead, which needs no second copy.
 */
export async function joinChunks(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
  }
  const joined = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
