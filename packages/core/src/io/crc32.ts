/** The remainder of each byte followed by `zeros` zero bytes. */
function makeTable(zeros: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte
    for (let bit = 0; bit < 8 * (zeros + 1); bit++) {
      remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0)
    }
    return remainder
  })
}

// Four tables take four bytes at a step, which is several times faster than one.
const t0 = /* @__PURE__ */ makeTable(0)
const t1 = /* @__PURE__ */ makeTable(1)
const t2 = /* @__PURE__ */ makeTable(2)
const t3 = /* @__PURE__ */ makeTable(3)

/**
 * The CRC-32 that ZIP and gzip use (polynomial 0xEDB88320, reflected), as an unsigned 32-bit number.
 * `previous` is the CRC of the bytes before, when they come in pieces.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-8
 */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc = t3[crc & 255]! ^ t2[(crc >>> 8) & 255]! ^ t1[(crc >>> 16) & 255]! ^ t0[crc >>> 24]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 255]!
  return ~crc >>> 0
}
