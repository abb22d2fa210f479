import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluated } from '../kernels/evaluate.testing.ts'
import { Source } from '../kernels/text/source.ts'
import { numberText } from './number-text.ts'

test('a number as it stands in a kernel is that number, special ones too', () => {
  const every = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e-45, 3.4e38),
  )
  fc.assert(
    fc.property(every, fc.nat({ max: 5 }), (value, p) => {
      const source = new Source()
      const text = numberText(source, value)
      expect(evaluated(source.function(text))([], p)).toBe(value)
      // Behind a minus sign as well.
      expect(evaluated(source.function(`0-${text}`))([], p)).toBe(0 - value)
    }),
  )
})
