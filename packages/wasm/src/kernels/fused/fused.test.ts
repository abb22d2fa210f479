import type { DType, TypedArray } from '@samkit/core'
import type { FusedKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testFeatures } from '../../features.ts'
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

/** A case with a store that has the layout of a load: to a buffer of its own, and in place of the load. */
function inPlacePair({ kernel, buffers, cuts }: Case): [Case, Case] | null {
  const load = kernel.body.find(({ op, level }) => op === 'load' && level === 'element')
  const store = kernel.stores.find(({ value }) => {
    const { level, dtype } = kernel.body[value]!
    return level === 'element' && dtype === 'f32'
  })
  if (load?.op !== 'load' || store === undefined) return null
  const others = kernel.stores.filter((other) => other !== store)
  const to = (buffer: number): FusedKernel => ({
    ...kernel,
    stores: [{ ...store, access: { ...load.access, buffer } }, ...others],
  })
  return [
    { kernel: to(store.access.buffer), buffers, cuts },
    { kernel: to(load.access.buffer), buffers, cuts },
  ]
}

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
      { endOnFailure: true, numRuns: 100 },
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
      { endOnFailure: true, numRuns: 60 },
    )
  })

  test('may write where it reads, at the same place', () => {
    fc.assert(
      fc.property(fusedCase({ ...exactWords(['f32']), dense: true }), (one) => {
        const pair = inPlacePair(one)
        fc.pre(pair !== null)
        const [apart, together] = pair
        const separate = runFused(apart.kernel, apart.buffers)
        const inPlace = runFused(together.kernel, together.buffers, together.cuts)
        const [from, to] = [apart, together].map(({ kernel }) => kernel.stores[0]!.access.buffer)
        separate[to!] = separate[from!]!
        inPlace[from!] = inPlace[to!]!
        expect(inPlace).toEqual(separate)
      }),
      { endOnFailure: true, numRuns: 150 },
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
      { endOnFailure: true, numRuns: 60 },
    )
  })

  test('computes what is the same along one reduced axis again in each pass', () => {
    const element = { level: 'element', dtype: 'f32' } as const
    const store = (value: number, buffer: number, strides: number[]) => ({
      value,
      access: { buffer, offset: 0, strides },
    })
    const kernel: FusedKernel = {
      kind: 'fused',
      kept: [6, 11],
      reduced: [4, 4],
      body: [
        { ...element, op: 'load', access: { buffer: 0, offset: 23, strides: [-1, 24, -6, 0] } },
        { op: 'reduce', name: 'max', dtype: 'f32', level: 'row', arg: 0 },
        { ...element, op: 'apply', name: 'sub', args: [1, 0] },
      ],
      stores: [store(2, 1, [176, 4, 1, 44])],
    }
    const data = Array.from({ length: 264 }, (_, i) => (i * i) % 31)
    const buffers = [{ dtype: 'f32', data } as const, { dtype: 'f32', size: 1056 } as const]
    expectEqual(ran({ kernel, buffers, cuts: [7, 30] }), interpretFused(kernel, buffers))
  })

  const { relaxedSimd } = testFeatures({ relaxedSimd: true, sharedMemory: false })
  test.each([
    [3, 5, false],
    [9, 197, false],
    [6, 1030, false],
    [6, 1030, relaxedSimd],
  ])('is a softmax of %i rows of %i, in one piece or several and in place', (rows, size, relaxed) => {
    const { kernel, data, expected } = softmax(rows, size)
    const features = { relaxedSimd: relaxed, sharedMemory: false }
    const [whole] = runFused(kernel, [{ dtype: 'f32', data }], [], features)
    const [pieces] = runFused(kernel, [{ dtype: 'f32', data }], [1, 2, 5], features)
    expect(pieces).toEqual(whole)
    whole!.forEach((y, i) => {
      expect(Math.abs(y - expected[i]!)).toBeLessThanOrEqual(1e-6 * expected[i]! + 1e-9)
    })
  })
})

/** The softmax of rows, written over what it is of. */
function softmax(rows: number, size: number): { kernel: FusedKernel; data: number[]; expected: number[] } {
  const access = { buffer: 0, offset: 0, strides: [size, 1] }
  const data = Array.from({ length: rows * size }, (_, i) => Math.fround(4 * Math.sin(i * i)))
  const expected = Array.from({ length: rows }, (_, r) => {
    const own = data.slice(r * size, (r + 1) * size).map(Math.exp)
    const total = own.reduce((a, b) => a + b, 0)
    return own.map((x) => x / total)
  }).flat()
  return {
    data,
    expected,
    kernel: {
      kind: 'fused',
      kept: [rows],
      reduced: [size],
      body: [
        { op: 'load', dtype: 'f32', level: 'element', access },
        { op: 'reduce', name: 'max', dtype: 'f32', level: 'row', arg: 0 },
        { op: 'apply', name: 'sub', dtype: 'f32', level: 'element', args: [0, 1] },
        { op: 'apply', name: 'exp', dtype: 'f32', level: 'element', args: [2] },
        { op: 'reduce', name: 'sum', dtype: 'f32', level: 'row', arg: 3 },
        { op: 'apply', name: 'div', dtype: 'f32', level: 'element', args: [3, 4] },
      ],
      stores: [{ value: 5, access }],
    },
  }
}
