import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostArray } from '../ops/cases/values.ts'
import { firstDifference } from '../ops/testing/compare.testing.ts'
import * as exact from '../ops/testing/exact.testing.ts'
import { runs } from '../ops/testing/run.testing.ts'
import { erf } from './erf.ts'

test('erf is right to the last bits, from the denormals to where it is 1', () => {
  const small = fc.double({ min: -1, max: 1, noNaN: true })
  const wide = fc.double({ min: -8, max: 8, noNaN: true })
  fc.assert(
    fc.property(fc.oneof(small, wide), (x) => {
      const difference = firstDifference(Float64Array.of(erf(x)), hostArray([], 'f64', [exact.erf(x)]), {
        ulps: 4,
      })
      expect(difference, `erf(${x})`).toBeUndefined()
    }),
    runs(5),
  )
})

test('erf is odd, also at 0 and infinity', () => {
  for (const x of [0, 5e-324, 0.5, 2.4999999, 2.5, 6, 7, Number.POSITIVE_INFINITY])
    expect(erf(-x)).toBe(-erf(x))
  expect(erf(Number.POSITIVE_INFINITY)).toBe(1)
  expect(erf(Number.NaN)).toBeNaN()
})
