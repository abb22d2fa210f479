import {
  type Backend,
  type DType,
  defineOp,
  getBackend,
  type HostArray,
  type Primitive,
  primitives,
  realize,
  setBackend,
  type Tensor,
  type TypedArray,
} from '@samkit/core'
import { acceptedDtypes, casesOf, leafOf, specOf } from '@samkit/core/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wasm } from './index.ts'
import { type Tolerance, tolerances } from './tolerances.testing.ts'

// Each primitive on the wasm backend against its reference kernel. Cases are drawn and compiled by the dozen.

let before: Backend
beforeAll(async () => {
  before = getBackend()
  await setBackend(wasm({ threads: 2 }))
})
afterAll(async () => {
  const own = getBackend()
  await setBackend(before)
  await own.dispose?.()
})

const isFloat = (dtype: DType): dtype is 'f32' | 'f64' => dtype === 'f32' || dtype === 'f64'

/** The distance to the next number of this size. */
function unitAt(size: number, dtype: 'f32' | 'f64'): number {
  const [least, bits] = dtype === 'f32' ? [2 ** -126, 23] : [2 ** -1022, 52]
  return 2 ** (Math.floor(Math.log2(Math.max(size, least))) - bits)
}

const largest = { f32: 2 ** 127, f64: 2 ** 1023 }

/** What the terms of a linear operation come to without their signs, and without what is no finite number. */
function sizesOf(primitive: Primitive, inputs: readonly HostArray[], attrs: object): TypedArray {
  const positive = inputs.map((input): HostArray => {
    if (!isFloat(input.dtype)) return input
    return { ...input, data: input.data.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)) }
  })
  const spec = specOf(primitive, inputs, attrs)
  return primitive.reference(positive, attrs, { ...spec, dtype: isFloat(spec.dtype) ? 'f64' : spec.dtype })
}

/** Where a result is farther from the reference kernel's than it may be, in words. */
function firstFault(
  primitive: Primitive,
  { inputs, attrs }: { inputs: readonly HostArray[]; attrs: object },
  actual: TypedArray,
): string | undefined {
  const spec = specOf(primitive, inputs, attrs)
  const { dtype } = spec
  const expected = primitive.reference(inputs, attrs, spec)
  const { ofTerms = false, signedZero = true, ...units }: Tolerance = tolerances[primitive.name] ?? {}
  const sizes = ofTerms ? sizesOf(primitive, inputs, attrs) : expected
  const agree = (a: number, i: number): boolean => {
    const b = expected[i] ?? Number.NaN
    if (Object.is(a, b) || (a === b && !signedZero)) return true
    if (!isFloat(dtype)) return false
    const size = Math.abs(sizes[i] ?? 0)
    // The sum of terms may have left the range on its way.
    if (ofTerms && size >= largest[dtype]) return true
    return Math.abs(a - b) <= (units[dtype] ?? 0) * unitAt(size, dtype)
  }
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`
  const i = Array.from(actual).findIndex((a, place) => !agree(a, place))
  return i < 0 ? undefined : `element ${i} is ${actual[i]} instead of ${expected[i]}`
}

describe.each(primitives.map((primitive) => ({ name: primitive.name, primitive })))(
  '$name',
  ({ primitive }) => {
    const op = defineOp(
      primitive,
      (apply) =>
        (inputs: readonly Tensor[], attrs: object): Tensor =>
          apply(inputs, attrs),
    )

    test('gives what the reference kernel gives, as near as is promised', async () => {
      for (const dtype of acceptedDtypes(primitive)) {
        const dozen = fc.array(casesOf(primitive)({ dtype, smooth: false }), {
          minLength: 12,
          maxLength: 12,
        })
        await fc.assert(
          fc.asyncProperty(dozen, async (cases) => {
            const results = cases.map(({ inputs, attrs }) => op(inputs.map(leafOf), attrs))
            await realize(...results)
            for (const [i, one] of cases.entries()) {
              const fault = firstFault(primitive, one, results[i]?.dataSync() ?? new Float32Array())
              if (fault !== undefined) {
                throw new Error(`${fault} in ${`${primitive.name} ${JSON.stringify(one)}`}`)
              }
            }
          }),
          { numRuns: 5 },
        )
      }
    })
  },
)

test('every tolerance is of a primitive', () => {
  const names = new Set(primitives.map(({ name }) => name))
  expect(Object.keys(tolerances).filter((name) => !names.has(name))).toEqual([])
})
