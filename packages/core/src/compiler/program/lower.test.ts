import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TypedArray } from '../../graph/dtype.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { applyPrimitive } from '../../ops/define.ts'
import { primitives } from '../../ops/table.ts'
import { firstDifference } from '../../ops/testing/compare.testing.ts'
import { entryOf } from '../../ops/testing/entries.testing.ts'
import { acceptedDtypes, describeCase, leafOf, runs } from '../../ops/testing/run.testing.ts'
import { cooked, evaluated, recipes } from '../graphs.testing.ts'
import { makePlan, schedule } from '../plan.ts'
import { interpretProgram } from './interpret.ts'
import { type LowerOptions, lower } from './lower.ts'

const options: readonly LowerOptions[] = [{ fuse: false, chain: false }, {}]

/** What the program that computes `roots` gives. */
function computed(roots: readonly Tensor[], how: LowerOptions): TypedArray[] {
  const order = schedule(roots.map(({ node }) => node))
  const { plan } = makePlan(
    roots.map(({ node }) => node),
    order,
  )
  const leaves = order.flatMap(({ storage }) => (storage === null ? [] : [storage.hostData as TypedArray]))
  return interpretProgram(lower(plan, how), leaves)
}

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
          runs(0.3),
        )
      }
    },
  )

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
