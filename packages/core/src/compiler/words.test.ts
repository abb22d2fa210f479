import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WordWriter } from './words.ts'

const writer = new WordWriter()

function wordsOf(...values: readonly unknown[]): string {
  writer.clear()
  for (const value of values) writer.value(value)
  const { hash, words } = writer.read()
  return `${hash}: ${words.join()}`
}

/** Plain data with many near misses: few different numbers and texts, so that equal parts come up often. */
const { data } = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(0, -0, 1, 2, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 32),
    fc.constantFrom('', '0', '1', 'a', 'null'),
    fc.constantFrom(true, false, null, undefined),
    fc.array(tie('data'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '0'), tie('data'), { maxKeys: 2 }),
  ),
}))

/** Alike for `Object.is`, all the way down, with names in one order. */
function alike(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const [x, y] = [Object.entries(a), Object.entries(b)]
  return (
    Array.isArray(a) === Array.isArray(b) &&
    x.length === y.length &&
    x.every(([name, value], i) => name === y[i]?.[0] && alike(value, y[i][1]))
  )
}

test('words are equal exactly where the data are', () => {
  fc.assert(
    fc.property(fc.array(data, { maxLength: 3 }), fc.array(data, { maxLength: 3 }), (a, b) => {
      expect(wordsOf(...a) === wordsOf(...b)).toBe(a.length === b.length && alike(a, b))
      expect(wordsOf(...structuredClone(a))).toBe(wordsOf(...a))
    }),
    { numRuns: 2000 },
  )
})

test('what is not plain data is like itself alone', () => {
  const [f, g, map] = [() => 1, () => 1, new Map()]
  expect(wordsOf(f)).toBe(wordsOf(f))
  expect(wordsOf(map)).toBe(wordsOf(map))
  const all = [f, g, map, new Map(), {}, []]
  expect(new Set(all.map((value) => wordsOf(value))).size).toBe(all.length)
  expect(wordsOf(1n)).not.toBe(wordsOf(1n))
})

test('data longer than the writer had room for are written whole', () => {
  const long = Array.from({ length: 40_000 }, (_, i) => i)
  expect(wordsOf(long)).toBe(wordsOf([...long]))
  expect(wordsOf(long)).not.toBe(wordsOf([...long.slice(0, -1), 0]))
})
