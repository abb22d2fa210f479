import type { MatmulKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testFeatures } from '../../features.ts'
import { anyMatmul, buffersFor, compiled, difference, naive, numbers, usualMatmul } from './matmul.testing.ts'

const seed = 20
const start = fc.integer()
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })
/** Without relaxed SIMD, and with it where this engine has it. */
const features = fc.constantFrom(
  ...[false, true].map((relaxedSimd) => testFeatures({ relaxedSimd, sharedMemory: false })),
)
const floats = usualMatmul.filter(({ dtype }) => dtype !== 'i32')

function expectRight(
  kernel: MatmulKernel,
  next: () => number,
  at: readonly number[] = [],
  engine?: ReturnType<typeof testFeatures>,
): void {
  const buffers = buffersFor(kernel, next)
  expect(difference(compiled(kernel, buffers, engine).run(at), naive(kernel, buffers))).toBe('')
}

describe('a matrix product', () => {
  test('of any sizes and strides is what its definition says', () => {
    fc.assert(
      fc.property(anyMatmul, start, cuts, features, (kernel, from, at, engine) => {
        expectRight(kernel, numbers(from, 9), at, engine)
      }),
      { seed, numRuns: 180 },
    )
  })

  test('of operands without gaps, either way round, is too', () => {
    fc.assert(
      fc.property(usualMatmul, start, cuts, features, (kernel, from, at, engine) => {
        expectRight(kernel, numbers(from, 9), at, engine)
      }),
      { seed, numRuns: 250 },
    )
  })

  test('has the same bits however it is split', () => {
    fc.assert(
      fc.property(usualMatmul, cuts, features, (kernel, at, engine) => {
        const { run } = compiled(kernel, buffersFor(kernel, numbers(3)), engine)
        expect(difference(run(at), run())).toBe('')
      }),
      { seed, numRuns: 150 },
    )
  })

  test('is as near the exact one as its sums allow', () => {
    fc.assert(
      fc.property(floats, start, features, (kernel, from, engine) => {
        const buffers = buffersFor(kernel, numbers(from))
        const exact = naive(
          { ...kernel, dtype: 'f64' },
          buffers.map((x) => Float64Array.from(x)),
        )
        const sizes = naive(
          { ...kernel, dtype: 'f64' },
          buffers.map((x) => Float64Array.from(x, Math.abs)),
        )
        const unit = kernel.dtype === 'f32' ? 2 ** -24 : 2 ** -53
        // The exact sum is in f64 too: its own error counts for f64 products.
        const terms = Math.min(kernel.k, 256) + kernel.k / 256 + (kernel.dtype === 'f64' ? kernel.k : 1)
        for (const [i, value] of compiled(kernel, buffers, engine).run().entries()) {
          expect(Math.abs(value - (exact[i] ?? 0))).toBeLessThanOrEqual(terms * unit * (sizes[i] ?? 0))
        }
      }),
      { seed, numRuns: 60 },
    )
  })

  test('lets NaN and infinities through, also where they meet zeros', () => {
    const values = [
      0,
      -0,
      1,
      -2,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      3,
      0.5,
      0,
      0,
      0,
    ]
    fc.assert(
      fc.property(floats, start, features, (kernel, from, engine) => {
        const draw = numbers(from, 1000)
        const special = (): number => {
          const place = Math.abs(draw())
          return place < 40 ? (values[place % values.length] ?? 0) : (values[7 + (place % 5)] ?? 0)
        }
        expectRight(kernel, special, [], engine)
      }),
      { seed, numRuns: 100 },
    )
  })

  test('over no products is zero', () => {
    const [a, b, out] = [0, 1, 2].map((buffer) => ({ buffer, offset: 0, strides: [1, 1] }))
    if (!a || !b || !out) return
    const kernel = { kind: 'matmul', dtype: 'f32', batch: [], m: 3, k: 0, n: 1, a, b, out } as const
    expect([...compiled(kernel, buffersFor(kernel, numbers(1))).run()]).toEqual([0, 0, 0])
  })

  test('of the largest numbers of i32 wraps', () => {
    fc.assert(
      fc.property(usualMatmul, start, (kernel, from) => {
        expectRight({ ...kernel, dtype: 'i32' }, numbers(from, 2 ** 31 - 1))
      }),
      { seed, numRuns: 30 },
    )
  })
})
