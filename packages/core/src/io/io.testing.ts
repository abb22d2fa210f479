import fc from 'fast-check'
import { expect } from 'vitest'
import { allocate, bytesPerElement, type DType, dtypeOf, dtypes, type HostArray } from '../graph/dtype.ts'
import { type ByteSource, bytesSource } from './byte-source.ts'
import { FileFormatError } from './format-error.ts'

/** A host array of `dtype` holding `values`. */
export function hostArray(dtype: DType, shape: readonly number[], values: readonly number[]): HostArray {
  const data = allocate(dtype, values.length)
  data.set(values)
  return { dtype, shape, data }
}

/** The bytes that `hex` spells; spaces are for the eye. */
export function bytesFromHex(hex: string): Uint8Array<ArrayBuffer> {
  const digits = hex.replace(/\s/g, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}

/** UTF-8 text, or bytes in hexadecimal, one after another. */
export function bytesOfParts(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const all = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part))
  const joined = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of all) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A safetensors file with this header, spelled out, and these bytes of data. */
export function safetensorsBytes(
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(),
): Uint8Array<ArrayBuffer> {
  const text = bytesOfParts(header)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true)
  return bytesOfParts(length, text, data)
}

/** A source that fails the test when it is asked for a byte outside itself. */
export function strictSource(bytes: Uint8Array, name = 'test.bin'): ByteSource {
  const source = bytesSource(bytes, name)
  return {
    ...source,
    async read(offset, target) {
      expect(offset).toBeGreaterThanOrEqual(0)
      expect(offset + target.length).toBeLessThanOrEqual(bytes.length)
      await source.read(offset, target)
    },
  }
}

/** The error that `reading` rejects with, which must be a {@link FileFormatError}. */
export async function formatErrorOf(reading: Promise<unknown>): Promise<FileFormatError> {
  const error = await reading.then(
    () => 'no error',
    (reason: unknown) => reason,
  )
  if (error instanceof FileFormatError) return error
  throw new Error('expected a FileFormatError', { cause: error })
}

/** Whether two arrays have the same dtype, shape and elements: -0 is not 0, and any NaN is any other. */
export function expectSameArray(actual: HostArray | undefined, expected: HostArray): void {
  expect(actual?.dtype).toBe(expected.dtype)
  expect(actual?.shape).toEqual(expected.shape)
  expect(actual?.data.length).toBe(expected.data.length)
  expected.data.forEach((value, i) => {
    if (!Object.is(actual?.data[i], value)) expect(actual?.data[i], `element ${i}`).toBe(value)
  })
}

/** Checks that what a reader returned is a proper array: its data fits its shape and dtype. */
export function expectWellFormed({ dtype, shape, data }: HostArray): void {
  expect(dtypeOf(data)).toBe(dtype)
  expect(data.BYTES_PER_ELEMENT).toBe(bytesPerElement(dtype))
  expect(shape.reduce((product, size) => product * size, 1)).toBe(data.length)
  if (dtype === 'bool') expect(data.every((value) => value <= 1)).toBe(true)
}

const elements: Readonly<Record<DType, fc.Arbitrary<number>>> = {
  f32: fc.float(),
  f64: fc.double(),
  i32: fc.integer(),
  bool: fc.integer({ min: 0, max: 1 }),
}

/** Arrays of any dtype, of rank 0 to 4, with axes of size 0 to 4. */
export const anyHostArray: fc.Arbitrary<HostArray> = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1)
    return fc
      .array(elements[dtype], { minLength: count, maxLength: count, size: 'max' })
      .map((values) => hostArray(dtype, shape, values))
  })

/** Names as files have them, and names that trip parsers up. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).filter((name) => !/\p{Surrogate}/u.test(name)),
  fc.constantFrom(
    '',
    '0',
    '__proto__',
    'constructor',
    'a"b\\c',
    '\u0000',
    '\ufeffx',
    'fc.weight',
    'größe',
    '../x',
    '💡',
  ),
)

/** Named arrays in random order. */
export const anyArrays: fc.Arbitrary<Map<string, HostArray>> = fc
  .uniqueArray(fc.tuple(anyName, anyHostArray), { selector: ([name]) => name, maxLength: 5 })
  .map((entries) => new Map(entries.filter(([name]) => name !== '__metadata__')))
