import { expect, test } from 'vitest'
import { memoryStats, Storage } from './storage.ts'

const spec = { shape: [2, 3], dtype: 'f64' } as const

/** A buffer that counts how often it was given back. */
function buffer(): { dispose(): void; disposed: number } {
  return {
    disposed: 0,
    dispose() {
      this.disposed += 1
    },
  }
}

test('a value counts once, however many backends have a copy', () => {
  const before = memoryStats()
  const storage = new Storage(spec, new Float64Array(6))
  storage.keep({}, buffer())
  storage.keep({}, buffer())
  expect(memoryStats()).toEqual({ values: before.values + 1, bytes: before.bytes + 48 })
  storage.release()
  expect(memoryStats()).toEqual(before)
})

test('the last owner gives every copy back, once', () => {
  const [a, b] = [buffer(), buffer()]
  const storage = new Storage(spec)
  storage.keep(a, a)
  storage.keep(b, b)
  storage.share()
  storage.release()
  expect([storage.disposed, a.disposed, b.disposed]).toEqual([false, 0, 0])
  storage.release()
  storage.release()
  expect([storage.disposed, a.disposed, b.disposed]).toEqual([true, 1, 1])
  expect([storage.on(a), storage.anywhere(), storage.hostData]).toEqual([undefined, undefined, undefined])
})

test('what was given back is not shared any more', () => {
  const storage = new Storage(spec, new Float64Array(6))
  storage.release()
  expect(() => storage.share()).toThrow('this tensor was disposed; its value is gone')
})
