import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonCursor } from './json-cursor.ts'

class Refused extends Error {}

function cursorOver(json: string | Uint8Array): JsonCursor {
  const bytes = typeof json === 'string' ? new TextEncoder().encode(json) : json
  return new JsonCursor(bytes, (at, problem) => new Refused(`${at}: ${problem}`))
}

function readTable(json: string | Uint8Array): [string, string[]][] {
  const cursor = cursorOver(json)
  const table: [string, string[]][] = []
  cursor.members((key) => {
    const list: string[] = []
    cursor.items(() => list.push(cursor.string()))
    table.push([key, list])
  })
  cursor.end()
  return table
}

test('whatever JSON.stringify writes is read back', () => {
  const text = fc.string({ unit: 'binary' }).filter((s) => !/\p{Surrogate}/u.test(s))
  const tables = fc.uniqueArray(fc.tuple(text, fc.array(text)), { selector: ([key]) => key })
  fc.assert(
    fc.property(tables, fc.constantFrom('', ' ', '\n\t\r '), (table, indent) => {
      const members = table.map(
        ([key, list]) => `${JSON.stringify(key)}${indent}:${JSON.stringify(list, null, indent)}`,
      )
      expect(readTable(`{${indent}${members.join(`${indent},`)}}${indent}`)).toEqual(table)
    }),
  )
})

test('whole numbers are read as JSON.parse reads them', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(cursorOver(String(value)).wholeNumber()).toBe(value)
    }),
  )
})

test.each([
  '-1',
  '1.5',
  '1e3',
  '01',
  '9007199254740992',
  '99999999999999999999',
  '',
  'x',
  '"1"',
  '1E2',
  '-0',
])('the number %o is refused', (json) => {
  expect(() => cursorOver(json).wholeNumber()).toThrow('0: expected a whole number from 0 to 2^53 - 1')
})

test.each([
  ['{"a":[],"a":[]}', '8: the key "a" occurs twice'],
  ['{"a":[],"\\u0061":[]}', '8: the key "a" occurs twice'],
  ['{"a":[]', '7: expected "," or "}", found the end'],
  ['{"a":[],}', '8: expected a string, found "}"'],
  ['{"a":["x",]}', '10: expected a string, found "]}"'],
  ['{"a" []}', '5: expected ":", found "[]}"'],
  ['{"a":["\\x"]}', '6: the string has an escape'],
  ['{"a":["\\ud800"]}', '6: the string has half of a surrogate pair'],
  ['{"a":["b\u0001"]}', '8: a control character'],
  ['{"a":["b]}', '6: the string has no closing quote'],
  ['{"a":["b\\', '6: the string has no closing quote'],
  ['{"a":null}', '5: expected "[", found "null}"'],
  ['{"a":[]} x', '9: expected nothing but spaces after the JSON object, found "x"'],
  ['{"a":[]}\u0000', '8: expected nothing but spaces'],
])('%o is refused at the byte that is wrong', (json, message) => {
  expect(() => readTable(json)).toThrow(message)
})

test('a string that is not UTF-8 is refused', () => {
  const bytes = new TextEncoder().encode('{"a":["b"]}')
  for (const bad of [0xff, 0x80, 0xc0]) {
    bytes[7] = bad
    expect(() => readTable(bytes)).toThrow('7: not valid UTF-8')
  }
})

test('random bytes end in an error or a table, never in another error', () => {
  const pieces = fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'a', '0', ' ', '\\u00', '\u{1f4a1}')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      try {
        readTable(`{${parts.join('')}`)
      } catch (error) {
        expect(error).toBeInstanceOf(Refused)
      }
    }),
    { numRuns: 1000 },
  )
})
