import { expect, test } from 'vitest'
import { rangeReader } from './byte-reader.ts'
import { bytesSource } from './byte-source.ts'
import { bytesFromHex, formatErrorOf } from './io.testing.ts'
import { readElements, type StoredName, storedTypes } from './stored-type.ts'

async function read(name: StoredName, bytes: Uint8Array, littleEndian = true) {
  const stored = storedTypes[name]
  const reader = rangeReader(bytesSource(bytes, 'w.bin'), 0, bytes.length, 'test', 'data')
  const place = { format: 'test', file: 'w.bin', field: 'tensor "w"', start: 0 }
  return readElements(reader, stored, bytes.length / stored.width, littleEndian, place)
}

/** IEEE-754 binary16 by arithmetic: sign, five bits of exponent, ten of fraction. */
function half(bits: number): number {
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

test('every F16 bit pattern becomes the f32 of the same value', async () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, bits) => bits)
  const values = await read('F16', new Uint8Array(patterns.buffer))
  const wrong = patterns.findIndex((bits, i) => !Object.is(values[i], half(bits)))
  expect(wrong).toBe(-1)
})

test('BF16 is the upper half of an f32', async () => {
  const values = await read('BF16', bytesFromHex('803f 40c0 0080 807f c07f 0100'))
  expect([...values]).toEqual([1, -3, -0, Infinity, Number.NaN, 2 ** -133])
})

test.each<[StoredName, string, number[]]>([
  ['F32', '0000c03f 00000080', [1.5, -0]],
  ['F64', '000000000000f83f', [1.5]],
  ['I64', 'ffffffffffffffff ffffff7f00000000 00000080ffffffff', [-1, 2147483647, -2147483648]],
  ['I32', 'feffffff', [-2]],
  ['I16', 'feff 0080', [-2, -32768]],
  ['I8', 'fe 80', [-2, -128]],
  ['U64', 'ffffff7f00000000', [2147483647]],
  ['U32', 'ffffff7f', [2147483647]],
  ['U16', 'feff', [65534]],
  ['U8', 'fe', [254]],
  ['BOOL', '00 01', [0, 1]],
])('%s is read in both byte orders', async (name, hex, expected) => {
  const bytes = bytesFromHex(hex)
  expect([...(await read(name, bytes))]).toEqual(expected)
  const { width } = storedTypes[name]
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse()
  expect([...(await read(name, bytes, false))]).toEqual(expected)
})

test.each<[StoredName, string, string]>([
  ['I64', '0000000000000000 0000008000000000', '2147483648'],
  ['I64', '0000000000000000 ffffff7fffffffff', '-2147483649'],
  ['U64', '0000000000000000 0000008000000000', '2147483648'],
  ['U32', '00000000 000000ff', '4278190080'],
])('a %s that does not fit i32 is refused by element', async (name, hex, shown) => {
  const error = await formatErrorOf(read(name, bytesFromHex(hex)))
  expect(error.message).toBe(
    `test "w.bin": tensor "w" at byte ${storedTypes[name].width}: ` +
      `element 1 is ${shown}, beyond the i32 range [-2147483648, 2147483647]`,
  )
})

test('a bool byte other than 0 and 1 is refused by element', async () => {
  const error = await formatErrorOf(read('BOOL', bytesFromHex('00 01 02')))
  expect(error.message).toContain('at byte 2: element 2 is 2, expected a bool: 0 or 1')
})

test('arrays longer than the piece that is converted at a time come out whole', async () => {
  const count = 700_001
  const values = await read(
    'I16',
    new Uint8Array(Int16Array.from({ length: count }, (_, i) => i % 30_000).buffer),
  )
  expect(values.length).toBe(count)
  expect(values.every((value, i) => value === i % 30_000)).toBe(true)
})
