import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sum, type Tensor } from '../../index.ts'
import { evaluated } from '../graphs.testing.ts'
import { computed, firstGap, numbers, programOf } from './programs.testing.ts'

/** The loops of a program's kernels. */
function loopsOf(x: Tensor, axis: readonly number[]): (readonly [readonly number[], readonly number[]])[] {
  return programOf([sum(x, { axis })])
    .tasks.flatMap(({ kernels }) => kernels)
    .flatMap((kernel) => (kernel.kind === 'fused' ? [[kernel.kept, kernel.reduced] as const] : []))
}

test('sums over rows of many are left whole, sums of few long ones are cut', () => {
  expect(loopsOf(numbers([64, 4096], 1), [1])).toEqual([[[64], [4096]]])
  expect(loopsOf(numbers([2, 65536], 1), [1])).toEqual([
    [[8], [16384]],
    [[2], [4]],
  ])
})

test('long columns are summed in stretches, short ones at once', () => {
  expect(loopsOf(numbers([512, 192], 1), [0])).toEqual([[[192], [512]]])
  expect(loopsOf(numbers([8192, 32], 1), [0])).toEqual([
    [[8, 32], [1024]],
    [[32], [8]],
  ])
})

test('a length without a fitting divisor is summed at once', () => {
  expect(loopsOf(numbers([99_991], 1), [0])).toEqual([[[], [99_991]]])
})

test('sums that are cut are sums', () => {
  const shapes = fc.tuple(
    fc.constantFrom(1, 2, 3, 8),
    fc.constantFrom(1024, 4096, 6000),
    fc.constantFrom(1, 4, 10),
  )
  fc.assert(
    fc.property(shapes, fc.subarray([0, 1, 2], { minLength: 1 }), (shape, axis) => {
      const y = sum(numbers(shape, 3), { axis })
      expect(firstGap(computed([y]), evaluated([y]))).toBeUndefined()
    }),
    { numRuns: 12 },
  )
})
