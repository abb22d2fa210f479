import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { philox4x32 } from './philox.ts'

function block(counter: readonly number[], key: readonly number[]): number[] {
  const out = new Uint32Array(4)
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = counter
  philox4x32(out, c0, c1, c2, c3, key[0] ?? 0, key[1] ?? 0)
  return [...out]
}

/** The same from the paper's definition, in whole numbers of any size. */
function blockInBigInts(counter: readonly number[], key: readonly number[]): number[] {
  const mask = 0xffffffffn
  let [l0 = 0n, r0 = 0n, l1 = 0n, r1 = 0n] = counter.map(BigInt)
  let [k0 = 0n, k1 = 0n] = key.map(BigInt)
  for (let round = 0; round < 10; round++) {
    const p0 = l0 * 0xd2511f53n
    const p1 = l1 * 0xcd9e8d57n
    ;[l0, r0, l1, r1] = [(p1 >> 32n) ^ r0 ^ k0, p1 & mask, (p0 >> 32n) ^ r1 ^ k1, p0 & mask]
    k0 = (k0 + 0x9e3779b9n) & mask
    k1 = (k1 + 0xbb67ae85n) & mask
  }
  return [l0, r0, l1, r1].map(Number)
}

describe('philox4x32', () => {
  it('gives the known answers that Random123 publishes for 10 rounds', () => {
    expect(block([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
    const ones = 0xffffffff
    expect(block([ones, ones, ones, ones], [ones, ones])).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ])
    expect(block([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ])
  })

  it('agrees with the definition in whole numbers of any size', () => {
    const word = fc.nat(0xffffffff)
    const words = (n: number) => fc.array(word, { minLength: n, maxLength: n })
    fc.assert(
      fc.property(words(4), words(2), (counter, key) => {
        expect(block(counter, key)).toEqual(blockInBigInts(counter, key))
      }),
    )
  })

  it('reads signed and unsigned words alike', () => {
    expect(block([-1, -2, -3, -4], [-5, -6])).toEqual(
      block([-1 >>> 0, -2 >>> 0, -3 >>> 0, -4 >>> 0], [-5 >>> 0, -6 >>> 0]),
    )
  })
})
