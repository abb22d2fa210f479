import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matmul, type Tensor, vjp } from '../../index.ts'
import { layOut, type Span } from './memory.ts'
import { numbers, planOf, programOf } from './programs.testing.ts'

const spans: fc.Arbitrary<Span[]> = fc.array(
  fc
    .tuple(fc.nat({ max: 2000 }), fc.nat({ max: 30 }), fc.nat({ max: 8 }))
    .map(([bytes, from, length]) => ({ bytes, from, to: from + length })),
  { maxLength: 40 },
)

const roundedUp = (bytes: number): number => Math.ceil(bytes / 64) * 64

describe('scratch memory', () => {
  test('starts at multiples of 64 and never holds two values in one place at a time', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const { starts, bytes } = layOut(list)
        for (const [i, a] of list.entries()) {
          expect(starts[i]! % 64).toBe(0)
          expect(starts[i]! + a.bytes).toBeLessThanOrEqual(bytes)
          for (const [j, b] of list.slice(0, i).entries()) {
            const together = a.from <= b.to && b.from <= a.to
            const apart = starts[i]! + a.bytes <= starts[j]! || starts[j]! + b.bytes <= starts[i]!
            expect(!together || apart || a.bytes === 0 || b.bytes === 0).toBe(true)
          }
        }
      }),
    )
  })

  test('is no more than all values together, and as much as those of one moment', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const { bytes } = layOut(list)
        const sum = (some: readonly Span[]): number =>
          some.reduce((total, span) => total + roundedUp(span.bytes), 0)
        const moments = Array.from({ length: 40 }, (_, at) =>
          sum(list.filter(({ from, to }) => from <= at && at <= to)),
        )
        expect(bytes).toBeLessThanOrEqual(sum(list))
        expect(bytes).toBeGreaterThanOrEqual(Math.max(...moments))
      }),
    )
  })

  test('is used again: a long chain takes the memory of a few links', () => {
    const list = Array.from({ length: 100 }, (_, i) => ({ bytes: 1000 + (i % 3), from: i, to: i + 1 }))
    expect(layOut(list).bytes).toBeLessThanOrEqual(3 * 1024)
  })
})

/** A deep network of equal layers. */
function network(x: Tensor, weights: readonly Tensor[]): Tensor {
  return weights.reduce((y, w) => matmul(y, w).tanh(), x)
}

describe('the peak of a program', () => {
  const weights = Array.from({ length: 12 }, (_, i) => numbers([32, 32], i, 'f32'))
  const x = numbers([256, 32], 99, 'f32')
  const layer = 256 * 32 * 4

  test('forward is two layers, as what a layer computes is written over what it reads', () => {
    expect(programOf([network(x, weights)], { chain: false }).scratchBytes).toBe(2 * layer)
  })

  test('forward and backward is little more than what the plan needs', () => {
    const { value, pullback } = vjp((w: readonly Tensor[]) => network(x, w), weights)
    const all = [value, ...pullback(numbers([256, 32], 5, 'f32'))]
    const { peakBytes } = programOf(all, { chain: false })
    expect(peakBytes).toBeLessThanOrEqual(1.1 * planOf(all).plan.peakBytes)
    // A task holds what it is done with until its end.
    expect(programOf(all).peakBytes).toBeLessThanOrEqual(peakBytes + 6 * layer)
  })
})
