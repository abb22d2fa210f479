import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pullback } from '../../autodiff/reverse.ts'
import { mul } from '../../ops/arithmetic.ts'
import { sum } from '../../ops/broadcast.ts'
import { acceptedDtypes, leafOf } from '../../ops/cases/use.ts'
import { conv } from '../../ops/conv.ts'
import { applyPrimitive } from '../../ops/define.ts'
import { add } from '../../ops/elementwise.ts'
import { fullLike, scalarLike } from '../../ops/leaves.ts'
import { permute } from '../../ops/reshape.ts'
import { flip, padding } from '../../ops/slice.ts'
import { primitives } from '../../ops/table.ts'
import { firstDifference } from '../../ops/testing/compare.testing.ts'
import { entryOf } from '../../ops/testing/entries.testing.ts'
import { describeCase, runs } from '../../ops/testing/run.testing.ts'
import { tanh } from '../../ops/transcendental.ts'
import { cooked, evaluated, recipes } from '../graphs.testing.ts'
import type { LowerOptions } from './lower.ts'
import { computed, firstGap, numbers } from './programs.testing.ts'
import { acted, leaves, scripts } from './random-programs.testing.ts'

const options: readonly LowerOptions[] = [{ fuse: false, chain: false }, { chain: false }, {}]

test('a padded constant is another value in the padding', () => {
  const ones = fullLike({ shape: [2], dtype: 'f64' }, 1)
  const framed = padding(ones, { low: [1], high: [1], interior: [0], value: 0 })
  expect(computed([sum(mul(framed, framed))], {})[0]).toEqual(Float64Array.of(2))
})

describe.each(options.map((how) => ({ how, name: JSON.stringify(how) })))('lowered with $name', ({ how }) => {
  test.each(primitives.map((primitive) => ({ name: primitive.name, primitive })))(
    '$name computes what its reference kernel does',
    ({ primitive }) => {
      for (const dtype of acceptedDtypes(primitive)) {
        fc.assert(
          fc.property(entryOf(primitive).cases({ dtype, smooth: false }), ({ inputs, attrs }) => {
            const made = applyPrimitive(primitive, inputs.map(leafOf), attrs)
            const [expected] = evaluated([made])
            const [actual] = computed([made], how)
            const difference = firstDifference(actual!, expected!, { ulps: 4, signedZero: false })
            if (difference !== undefined)
              throw new Error(`${difference} in ${describeCase(primitive, inputs, attrs)}`)
          }),
          runs(0.2),
        )
      }
    },
  )

  test('random programs compute what the reference kernels do', () => {
    fc.assert(
      fc.property(
        scripts(14),
        fc.nat({ max: 40 }),
        fc.integer({ min: 1, max: 5 }),
        (script, last, splits) => {
          const values = acted(script, leaves())
          const outputs = values.slice(-1 - (last % values.length))
          expect(firstGap(computed(outputs, how, splits), evaluated(outputs))).toBeUndefined()
        },
      ),
      runs(2),
    )
  })

  test('gradients of random programs compute what the reference kernels do', () => {
    fc.assert(
      fc.property(scripts(10), fc.integer({ min: 1, max: 5 }), (script, splits) => {
        const given = leaves()
        const values = acted(script, given)
        const total = values
          .slice(-3)
          .reduce((all, value) => add(all, sum(mul(value, value))), scalarLike(given[0]!, 0))
        const gradients = pullback([total], [fullLike(total, 1)], given).flatMap((gradient) => gradient ?? [])
        const outputs = [total, ...gradients]
        expect(firstGap(computed(outputs, how, splits), evaluated(outputs))).toBeUndefined()
      }),
      runs(1),
    )
  })

  test('convolutions of moved operands, and their gradients, compute what the reference kernels do', () => {
    const small = fc.integer({ min: 1, max: 2 })
    const options = fc.record({ groups: small, stride: small, dilation: small, padding: fc.nat({ max: 2 }) })
    fc.assert(
      fc.property(options, fc.boolean(), ({ groups, stride, dilation, padding: low }, turned) => {
        const x = turned ? permute(numbers([6, 4, 2, 5], 1), [2, 1, 3, 0]) : numbers([2, 4, 5, 6], 1)
        const w = turned ? flip(numbers([6, 4 / groups, 2, 2], 2), [2, 3]) : numbers([6, 4 / groups, 2, 2], 2)
        const attrs = { stride: [stride, 1], dilation: [1, dilation], inputDilation: [1, 1], groups }
        const y = tanh(
          conv(x, w, {
            ...attrs,
            padding: [
              [low, 1],
              [0, low],
            ],
          }),
        )
        const given = [x, w]
        const gradients = pullback([y], [fullLike(y, 1)], given)
        expect(firstGap(computed([y, ...gradients], how), evaluated([y, ...gradients]))).toBeUndefined()
      }),
      runs(0.2),
    )
  })

  test('random graphs compute what the reference kernels do', () => {
    fc.assert(
      fc.property(recipes(), (recipe) => {
        const values = cooked(recipe)
        const actual = computed(values, how)
        for (const [i, expected] of evaluated(values).entries()) {
          expect(firstDifference(actual[i]!, expected, { ulps: 64, signedZero: false })).toBeUndefined()
        }
      }),
    )
  })
})
