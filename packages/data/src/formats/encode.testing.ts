import { gzipSync } from 'node:zlib'
import fc from 'fast-check'

/** An IDX file of unsigned bytes. */
export function encodeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const header = 4 + 4 * shape.length
  const out = new Uint8Array(header + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, 0x0800 + shape.length)
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size)
  out.set(data, header)
  return out
}

/** A file of CIFAR's binary version: each record's label bytes, then its pixels. */
export function encodeCifar(
  records: readonly { labels: readonly number[]; pixels: Uint8Array }[],
): Uint8Array {
  return Uint8Array.from(records.flatMap(({ labels, pixels }) => [...labels, ...pixels]))
}

/** `bytes` as a gzip file. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes))
}

/** Any bytes as pixels of that many images, each a function of `fill`. */
export function somePixels(length: number, fill: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, fill | 1) >>> 7) & 255)
}

/** A change to a file: bytes overwritten, cut off at the end, or added there. */
export const mutation: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc.oneof(
  fc
    .array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) => (bytes: Uint8Array) => {
      const out = bytes.slice()
      // Half of the positions fall on the first 24 bytes, where headers are.
      for (const [at, value] of changes) {
        out[Math.floor(at < 0.5 ? at * 2 * Math.min(24, out.length) : (at - 0.5) * 2 * out.length)] = value
      }
      return out
    }),
  fc.nat().map((cut) => (bytes: Uint8Array) => bytes.slice(0, cut % (bytes.length + 1))),
  fc
    .uint8Array({ minLength: 1, maxLength: 20 })
    .map((tail) => (bytes: Uint8Array) => Uint8Array.from([...bytes, ...tail])),
)
