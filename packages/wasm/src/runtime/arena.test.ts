import { describe, expect, test } from 'vitest'
import { Arena } from './arena.ts'
import { OutOfMemoryError } from './out-of-memory.ts'

const MiB = 2 ** 20

describe.each([true, false])('an arena, shared: %s', (shared) => {
  const make = (maximum: number): Arena => new Arena({ shared, maximum, reserved: 4096 })

  test('grows, and keeps what was written before', () => {
    const arena = make(64 * MiB)
    const first = arena.take(12)
    arena.view(first, 'f32', 3).set([1, 2, 3])
    const before = arena.words
    const more = arena.take(20 * MiB)
    expect(arena.words === before).toBe(false)
    expect(arena.words.byteLength).toBeGreaterThan(20 * MiB)
    expect([...arena.read(first, 'f32', 3)]).toEqual([1, 2, 3])
    arena.view(more, 'f64', 1)[0] = 5
    expect(arena.read(more, 'f64', 1)[0]).toBe(5)
  })

  test('leaves the reserved bytes alone', () => {
    const arena = make(MiB)
    expect(arena.take(10)).toBeGreaterThanOrEqual(4096)
  })

  test('uses all of its maximum, and says what it holds when it is exhausted', () => {
    const arena = make(32 * MiB)
    const pieces = Array.from({ length: 31 }, () => arena.take(MiB))
    let error: unknown
    try {
      arena.take(MiB)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(OutOfMemoryError)
    expect(error).toMatchObject({ bytes: MiB, memory: { used: 31 * MiB, free: MiB - 4096 } })
    expect((error as Error).message).toBe(
      'the wasm backend cannot find 1 MiB: 31 MiB of at most 32 MiB are in use, 1020 KiB free in pieces of up to 1020 KiB. ' +
        'Use smaller batches or checkpoint(), dispose() what is no longer needed, or make the backend with a larger maxMemory',
    )
    for (const piece of pieces) arena.give(piece, MiB)
    expect(arena.use.used).toBe(0)
    expect(arena.take(31 * MiB)).toBe(4096)
  })

  test('serves an ask for nothing with an address of its own', () => {
    const arena = make(MiB)
    const [a, b] = [arena.take(0), arena.take(0)]
    expect(a).not.toBe(b)
    arena.give(a, 0)
    arena.give(b, 0)
    expect(arena.use.used).toBe(0)
  })
})

test('no piece of an arena lies across 2 GiB', () => {
  const arena = new Arena({ shared: true, reserved: 4096 })
  const size = 600 * MiB
  const starts = Array.from({ length: 6 }, () => arena.take(size))
  for (const start of starts) expect(start >= 2 ** 31 || start + size <= 2 ** 31 - 2 ** 24).toBe(true)
  expect(starts.some((start) => start >= 2 ** 31)).toBe(true)
  expect(() => arena.take(size)).toThrow(OutOfMemoryError)
  const last = starts.at(-1)!
  arena.view(last, 'i32', 1)[0] = 7
  expect(arena.read(last, 'i32', 1)[0]).toBe(7)
})
