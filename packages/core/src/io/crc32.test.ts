import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

test('the CRC-32 of "123456789" is the published check value', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array())).toBe(0)
})

test('bytes in pieces have the CRC-32 of the whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(64), (bytes, cut) => {
      expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(crc32(bytes))
    }),
  )
})

test('the CRC-32 agrees with one computed a bit at a time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let remainder = 0xffffffffn
      for (const byte of bytes) {
        remainder ^= BigInt(byte)
        for (let bit = 0; bit < 8; bit++)
          remainder = remainder & 1n ? (remainder >> 1n) ^ 0xedb88320n : remainder >> 1n
      }
      expect(crc32(bytes)).toBe(Number(remainder ^ 0xffffffffn))
    }),
  )
})
