import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate } from '../graph/dtype.ts'
import { acceptedDtypes, specOf } from './cases/use.ts'
import { primitives } from './table.ts'
import { firstDifference } from './testing/compare.testing.ts'
import { elementwiseEntries } from './testing/elementwise-entries.testing.ts'
import { entries, entryOf } from './testing/entries.testing.ts'
import { formulas } from './testing/formulas.testing.ts'
import { arrayOf } from './testing/nd.testing.ts'
import { describeCase, runs } from './testing/run.testing.ts'

// Each reference kernel against the op's definition, written a second time index by index in testing/.

describe.each(primitives.map((primitive) => ({ name: primitive.name, primitive })))(
  '$name',
  ({ primitive }) => {
    test('computes what its definition says, in every dtype it takes', () => {
      const accepted = acceptedDtypes(primitive)
      expect(accepted.length, 'dtypes taken').toBeGreaterThan(0)
      for (const dtype of accepted) {
        const { cases, element, ...accuracy } = entryOf(primitive)
        fc.assert(
          fc.property(cases({ dtype, smooth: false }), ({ inputs, attrs }) => {
            const spec = specOf(primitive, inputs, attrs)
            const before = inputs.map(({ data }) => data.slice())
            const actual = primitive.reference(inputs, attrs, spec)
            expect(actual.constructor).toBe(allocate(spec.dtype, 0).constructor)
            const expected = arrayOf(spec, (index) => element(inputs, attrs, index))
            const difference = firstDifference(actual, expected, accuracy)
            if (difference !== undefined) {
              throw new Error(`${difference} in ${describeCase(primitive, inputs, attrs)}`)
            }
            expect(
              inputs.map(({ data }) => data),
              'the inputs stay as they were',
            ).toEqual(before)
          }),
          runs(accepted.length > 2 ? 0.6 : 1),
        )
      }
    })
  },
)

test('every definition names a primitive of the table', () => {
  const names = new Set(primitives.map(({ name }) => name))
  const defined = [...Object.keys(formulas), ...Object.keys(elementwiseEntries), ...Object.keys(entries)]
  expect(defined.filter((name) => !names.has(name))).toEqual([])
})

test('no two primitives share a name', () => {
  const names = primitives.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('a primitive without a definition fails with the file to write it in', () => {
  const [known] = primitives
  const unknown = { ...known!, name: 'softsign', family: 'unary' as const }
  expect(() => entryOf(unknown)).toThrowErrorMatchingInlineSnapshot(
    `[Error: the primitive "softsign" (unary) is not tested yet: say what it computes in packages/core/src/ops/testing/formulas.testing.ts]`,
  )
})
