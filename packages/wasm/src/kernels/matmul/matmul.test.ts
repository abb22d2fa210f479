import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyMatmul, buffersFor, compiled, difference, naive, numbers } from './matmul.testing.ts'

const seed = 20
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })

describe('a matrix product', () => {
  test('of any sizes and strides is what its definition says', () => {
    fc.assert(
      fc.property(anyMatmul, cuts, fc.integer(), (kernel, at, start) => {
        const buffers = buffersFor(kernel, numbers(start, 9))
        expect(difference(compiled(kernel, buffers).run(at), naive(kernel, buffers))).toBe('')
      }),
      { seed, numRuns: 400 },
    )
  })
})
