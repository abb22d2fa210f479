import type { ConvKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyConv, buffersFor, compiled, naive } from './conv.testing.ts'
import { generateConv } from './index.ts'

function expectRight(kernel: ConvKernel, seed: number, cuts: readonly number[] = []): void {
  const buffers = buffersFor(kernel, seed)
  const wanted = naive(kernel, buffers)
  const made = compiled(generateConv, kernel, buffers)
  made.run(cuts)
  const got = made.read(2)
  const margin = kernel.dtype === 'f64' ? 1e-13 : 2e-6
  const terms = kernel.axes.reduce((count, axis) => count * axis.kernel, kernel.c)
  const wrong = got.findIndex(
    (value, i) => !(Math.abs(value - (wanted[i] ?? 0)) <= margin * Math.sqrt(terms) + margin),
  )
  if (wrong >= 0) expect(`${wrong}: ${got[wrong]}`).toBe(`${wrong}: ${wanted[wrong]}`)
}

describe('a convolution', () => {
  test('of any form is what its definition says', () => {
    fc.assert(
      fc.property(anyConv, fc.integer(), (kernel, seed) => expectRight(kernel, seed)),
      { numRuns: 200 },
    )
  })

  test('has the same bits however it is split', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })
    fc.assert(
      fc.property(anyConv, cuts, (kernel, at) => {
        const buffers = buffersFor(kernel, 7)
        const [whole, pieces] = [
          compiled(generateConv, kernel, buffers),
          compiled(generateConv, kernel, buffers),
        ]
        whole.run()
        pieces.run(at)
        expect(pieces.read(2)).toEqual(whole.read(2))
      }),
      { numRuns: 50 },
    )
  })
})
