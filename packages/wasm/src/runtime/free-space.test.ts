import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alignment, FreeSpace } from './free-space.ts'

interface Held {
  readonly start: number
  readonly bytes: number
}

/** The free pieces of `total` bytes with some held, found the slow way. */
function gaps(held: readonly Held[], total: number): { sizes: number[]; starts: number[] } {
  const sorted = [...held].sort((a, b) => a.start - b.start)
  const ends = [0, ...sorted.map(({ start, bytes }) => start + Math.ceil(bytes / alignment) * alignment)]
  const begins = [...sorted.map(({ start }) => start), total]
  const pieces = ends.map((end, i) => ({ start: end, size: begins[i]! - end })).filter(({ size }) => size > 0)
  return { sizes: pieces.map(({ size }) => size), starts: pieces.map(({ start }) => start) }
}

describe('free space', () => {
  test('is what is not held, after any taking and giving back', () => {
    const total = 64 * alignment
    const moves = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 900 }), fc.nat({ max: 50 })))
    fc.assert(
      fc.property(moves, (list) => {
        const space = new FreeSpace()
        space.give(0, total)
        const held: Held[] = []
        for (const [take, bytes, which] of list) {
          const { sizes, starts } = gaps(held, total)
          if (take) {
            const fits = sizes.filter((size) => size >= bytes)
            const start = space.take(bytes)
            if (fits.length === 0) expect(start).toBeNull()
            else {
              const at = sizes.indexOf(Math.min(...fits))
              expect(start).toBe(starts[at])
              held.push({ start: start!, bytes })
            }
          } else if (held.length > 0) {
            const [{ start, bytes }] = held.splice(which % held.length, 1) as [Held]
            space.give(start, bytes)
          }
          const now = gaps(held, total)
          expect(space.pieces).toBe(now.sizes.length)
          expect(space.largest).toBe(Math.max(0, ...now.sizes))
          expect(space.bytes).toBe(now.sizes.reduce((a, b) => a + b, 0))
        }
      }),
    )
  })

  test('is one piece again when everything came back, in any order', () => {
    const space = new FreeSpace()
    space.give(1024, 1 << 20)
    const starts = Array.from({ length: 500 }, (_, i) => ({ bytes: 1 + ((i * 7919) % 2000), start: 0 }))
    for (const piece of starts) piece.start = space.take(piece.bytes)!
    starts.sort((a, b) => ((a.start * 31) % 1009) - ((b.start * 31) % 1009))
    for (const { start, bytes } of starts) space.give(start, bytes)
    expect([space.pieces, space.bytes, space.largest]).toEqual([1, 1 << 20, 1 << 20])
  })

  test('begins every piece at a multiple of 64 bytes', () => {
    const space = new FreeSpace()
    space.give(64, 1 << 16)
    for (const bytes of [1, 63, 64, 65, 1000]) expect(space.take(bytes)! % 64).toBe(0)
  })

  test('knows what ends at an address', () => {
    const space = new FreeSpace()
    space.give(128, 256)
    expect(space.endingAt(384)).toBe(256)
    expect(space.endingAt(256)).toBe(0)
  })
})
