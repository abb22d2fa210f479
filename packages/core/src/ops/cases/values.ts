import fc from 'fast-check'
import { allocate, type DType, type HostArray, type Shape } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'

/**
 * What values to draw: `any` has NaN, infinities, both zeros, ties, denormals and the ends of the range; `finite` is small
 * numbers; `smooth` is small numbers of which no two are near each other, so that no order changes under a small step.
 */
export type ValueKind = 'any' | 'finite' | 'smooth'

const special = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0,
  5e-324,
  1e-42,
  3e38,
  -1e300,
  2 ** 24 + 1,
  2 ** 31,
  -(2 ** 31) - 1,
  0.5,
  -2.5,
]
const floats: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: fc.constantFrom(...special), weight: 3 },
  { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 3 },
  { arbitrary: fc.double({ min: -10, max: 10, noNaN: true }), weight: 4 },
)
const finite: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 1 },
  { arbitrary: fc.double({ min: -10, max: 10, noNaN: true }), weight: 1 },
)
const integers: fc.Arbitrary<number> = fc.oneof(
  { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 3 },
  { arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), weight: 2 },
  { arbitrary: fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -1, 46341, 65536), weight: 1 },
)
const smallIntegers = fc.integer({ min: -9, max: 9 })

/** One number that `dtype` holds. */
export function numbers(dtype: DType, kind: ValueKind = 'any'): fc.Arbitrary<number> {
  if (dtype === 'bool') return fc.integer({ min: 0, max: 1 })
  if (dtype === 'i32') return kind === 'any' ? integers : smallIntegers
  const drawn = kind === 'any' ? floats : finite
  return dtype === 'f32' ? drawn.map(Math.fround) : drawn
}

/** An array of `shape` and `dtype`. */
export function arrays(shape: Shape, dtype: DType, kind: ValueKind): fc.Arbitrary<HostArray> {
  const length = sizeOf(shape)
  if (kind === 'smooth' && (dtype === 'f32' || dtype === 'f64')) {
    return fc.integer().map((seed) => hostArray(shape, dtype, apart(length, seed)))
  }
  return fc
    .array(numbers(dtype, kind), { minLength: length, maxLength: length })
    .map((values) => hostArray(shape, dtype, values))
}

/** Values laid out as an array. */
export function hostArray(shape: Shape, dtype: DType, values: ArrayLike<number>): HostArray {
  const data = allocate(dtype, values.length)
  data.set(values)
  return { shape, dtype, data }
}

/** `count` numbers between -2.2 and 2.2 in random order, evenly apart but for some jitter. */
function apart(count: number, seed: number): number[] {
  const random = randomNumbers(seed)
  const values = Array.from({ length: count }, (_, i) => ((i + 0.3 + 0.4 * random()) / count) * 4.4 - 2.2)
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const swapped = values[i]!
    values[i] = values[j]!
    values[j] = swapped
  }
  return values
}

/** Numbers from 0 to 1 that depend on `seed` alone (Steele & Vigna's SplitMix, 32 bits). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
  }
}
