import type { DType, TypedArray } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Case, fusedCase, type Vocabulary } from './random-fused.testing.ts'
import { interpretFused, runFused } from './run-fused.testing.ts'

/** Numbers of which sums and short products are exact in f32, so that the order of a sum makes no difference. */
const small = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: -6, max: 6 }).map((n) => n / 2) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
)
const anyOf = (dtype: DType): fc.Arbitrary<number> => {
  if (dtype === 'bool') return fc.constantFrom(0, 1)
  if (dtype !== 'i32') return small
  return fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 1, arbitrary: fc.constantFrom(-(2 ** 31), 2 ** 31 - 1) },
  )
}

const floatUnary = ['neg', 'abs', 'floor', 'sign']
const floatBinary = ['add', 'sub', 'mul', 'maximum', 'minimum', 'remainder']
const exactWords = (dtypes: readonly DType[]): Vocabulary => ({
  dtypes,
  unary: { f32: floatUnary, f64: floatUnary, i32: floatUnary, bool: ['not'] },
  binary: { f32: floatBinary, f64: floatBinary, i32: floatBinary, bool: ['and', 'or'] },
  reduces: ['sum', 'max', 'min'],
  value: anyOf,
})

function ran({ kernel, buffers, cuts }: Case): TypedArray[] {
  return runFused(kernel, buffers, cuts).filter((_, i) => 'size' in buffers[i]!)
}

const isExact = (arrays: readonly TypedArray[]): boolean =>
  arrays.every(
    (array) =>
      array instanceof Int32Array ||
      array.every((x) => !(Math.abs(x) > 2 ** 15 && Math.abs(x) < Number.POSITIVE_INFINITY)),
  )

/** Whether numbers are equal; the sign of a zero depends on the order of a sum. */
function expectEqual(actual: readonly TypedArray[], expected: readonly TypedArray[]): void {
  const plain = (arrays: readonly TypedArray[]): number[][] =>
    arrays.map((array) => Array.from(array, (x) => x + 0))
  expect(plain(actual)).toEqual(plain(expected))
}

describe('a fused kernel', () => {
  test.each([
    ['f32, i32 and bool', ['f32', 'i32', 'bool']],
    ['every dtype', ['f64', 'f32', 'i32', 'bool']],
  ] as const)('of %s gives what the interpreter gives', (_, dtypes) => {
    fc.assert(
      fc.property(fusedCase(exactWords(dtypes)), (one) => {
        const expected = interpretFused(one.kernel, one.buffers)
        fc.pre(isExact(expected))
        expectEqual(ran(one), expected)
      }),
      { numRuns: 100 },
    )
  })

  test('gives the same bits in one piece and in several', () => {
    const words = exactWords(['f32', 'i32', 'bool'])
    const rough = {
      ...words,
      value: (dtype: DType) => (dtype === 'f32' ? fc.float({ noNaN: true }) : anyOf(dtype)),
    }
    fc.assert(
      fc.property(fusedCase(rough), (one) => {
        const bytes = (arrays: readonly TypedArray[]): Uint8Array[] =>
          arrays.map((array) => new Uint8Array(array.buffer))
        expect(bytes(ran(one))).toEqual(bytes(ran({ ...one, cuts: [] })))
      }),
      { numRuns: 60 },
    )
  })

  test('of smooth functions is close to the interpreter', () => {
    const words: Vocabulary = {
      dtypes: ['f32'],
      unary: { f32: ['exp', 'tanh', 'erf', 'sin', 'cos', 'expm1', 'neg', 'abs'] },
      binary: { f32: ['add', 'sub', 'maximum', 'minimum'] },
      reduces: ['sum', 'max', 'min'],
      value: () => fc.double({ min: -1, max: 1, noNaN: true }).map(Math.fround),
    }
    fc.assert(
      fc.property(fusedCase(words, 6), (one) => {
        const expected = interpretFused(one.kernel, one.buffers)
        fc.pre(expected.every((array) => array.every((x) => Math.abs(x) < 100)))
        ran(one).forEach((array, i) => {
          array.forEach((x, at) => {
            const right = expected[i]![at]!
            expect(Math.abs(x - right)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(right)))
          })
        })
      }),
      { numRuns: 60 },
    )
  })
})
