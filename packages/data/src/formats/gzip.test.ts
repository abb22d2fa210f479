import { gzipSync } from 'node:zlib'
import { FileFormatError } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { encodeIdx, gzip, somePixels } from './encode.testing.ts'
import { gunzip, statedLength } from './gzip.ts'
import { readIdx } from './idx.ts'

/** `bytes` with the unpacked length in the gzip trailer replaced by `length`. */
function restated(bytes: Uint8Array, length: number): Uint8Array {
  // A copy also of a Buffer, whose slice() is a view.
  const out = Uint8Array.from(bytes)
  new DataView(out.buffer).setUint32(out.length - 4, length, true)
  return out
}

describe('gunzip', () => {
  it('unpacks files larger than its first buffer', async () => {
    const data = somePixels(300_000, 12345)
    const packed = { file: 'f', bytes: gzip(data) }
    expect(Buffer.compare(await gunzip(packed, statedLength(packed), 0, () => {}), data)).toBe(0)
  })

  it('shows the head before it unpacks the rest, and stops where that throws', async () => {
    const bytes = gzip(somePixels(300_000, 12345))
    const seen: number[] = []
    const look = (head: Uint8Array) => {
      seen.push(...head)
      throw new Error('seen enough')
    }
    await expect(gunzip({ file: 'f', bytes }, 300_000, 4, look)).rejects.toThrow('seen enough')
    expect(seen).toEqual([...somePixels(4, 12345)])
  })

  it('notices a single changed bit in the data', async () => {
    const bytes = gzip(encodeIdx([1, 20, 20], somePixels(400, 99)))
    for (let at = 10; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      await expect(readIdx({ file: 'f', bytes: changed }, 3)).rejects.toBeInstanceOf(FileFormatError)
    }
  })

  it('stops at the stated length, however much there is', async () => {
    const bomb = gzip(encodeIdx([1000, 100, 100], new Uint8Array(10_000_000)))
    const honest = encodeIdx([1, 2, 2], new Uint8Array(4))
    const lying = restated(gzipSync(Uint8Array.from([...honest, ...new Uint8Array(100_000)])), honest.length)
    // The header and the trailer disagree, so nothing is unpacked but the header.
    await expect(readIdx({ file: 'f', bytes: restated(bomb, 1_000_000) }, 3)).rejects.toThrow(
      'takes 10000016 bytes',
    )
    await expect(readIdx({ file: 'f', bytes: lying }, 3)).rejects.toThrow(
      'gzip "f": data at byte 0: unpacks to more than the 20 bytes that the end of the file states',
    )
  })

  it('refuses a length that so few packed bytes cannot unpack to', async () => {
    const bytes = restated(gzip(new Uint8Array(10)), 4_000_000_000)
    expect(() => statedLength({ file: 'f', bytes })).toThrow(
      /gzip "f": unpacked length at byte \d+: states 4000000000 bytes, but \d+ packed bytes hold at most/,
    )
  })

  it('refuses bytes after the gzip data', async () => {
    const bytes = Uint8Array.from([...gzip(encodeIdx([2], Uint8Array.of(0, 1))), 1, 2, 3, 4, 5])
    await expect(readIdx({ file: 'f', bytes }, 1)).rejects.toBeInstanceOf(FileFormatError)
  })
})
