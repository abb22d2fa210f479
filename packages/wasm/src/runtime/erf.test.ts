import { erf, tensor } from '@samkit/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mathImports } from './imports.ts'

const own = mathImports().erf as (x: number) => number

test('erf gives the bits of the reference kernel', () => {
  const numbers = fc.oneof(fc.double(), fc.double({ min: -7, max: 7, noNaN: true }))
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1 }), (list) => {
      const reference = erf(tensor(Float64Array.from(list))).dataSync()
      expect(list.map(own)).toEqual([...reference])
    }),
  )
})

test('erf keeps NaN and the sign of zero, and ends in 1', () => {
  expect(own(Number.NaN)).toBeNaN()
  expect([own(-0), own(0), own(Number.POSITIVE_INFINITY), own(-30)]).toEqual([-0, 0, 1, -1])
})
