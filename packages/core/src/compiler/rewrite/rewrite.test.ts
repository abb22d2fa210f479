import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { referenceBackend } from '../../backend/reference.ts'
import type { TypedArray } from '../../graph/dtype.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { acceptedDtypes, leafOf } from '../../ops/cases/use.ts'
import { applyPrimitive } from '../../ops/define.ts'
import { constant } from '../../ops/leaves.ts'
import { primitives } from '../../ops/table.ts'
import { type Accuracy, firstDifference } from '../../ops/testing/compare.testing.ts'
import { entryOf } from '../../ops/testing/entries.testing.ts'
import { describeCase, runs } from '../../ops/testing/run.testing.ts'
import { makePlan, type Plan, schedule } from '../plan.ts'
import { cooked, recipes } from './graphs.testing.ts'
import { type RewriteOptions, rewritePlan, rewriteRules } from './rewrite.ts'
import type { Rule } from './rule.ts'

/** The plan of some roots, and the values of its inputs. */
function planned(roots: readonly Tensor[]): { plan: Plan; inputs: TypedArray[] } {
  const nodes = roots.map(({ node }) => node)
  const order = schedule(nodes)
  const inputs = order.flatMap(({ storage }) => (storage === null ? [] : [storage.hostData as TypedArray]))
  return { plan: makePlan(nodes, order).plan, inputs }
}

function run(plan: Plan, inputs: readonly TypedArray[]): TypedArray[] {
  const executable = referenceBackend.compile(plan)
  if (executable instanceof Promise) throw new Error('the reference backend compiles at once')
  const buffers = executable.run(inputs.map((data, id) => referenceBackend.upload(data, plan.values[id]!)))
  if (buffers instanceof Promise) throw new Error('the reference backend runs at once')
  return plan.outputs.map((id, i) => referenceBackend.downloadSync!(buffers[i]!, plan.values[id]!))
}

/** Where the rewritten plan of `roots` gives something else. */
function difference(
  roots: readonly Tensor[],
  options: RewriteOptions,
  accuracy: Accuracy,
): string | undefined {
  const { plan, inputs } = planned(roots)
  const { plan: rewritten, origins } = rewritePlan(plan, options)
  expect(origins).toHaveLength(rewritten.steps.length)
  const [expected, actual] = [run(plan, inputs), run(rewritten, inputs)]
  for (const [i, id] of plan.outputs.entries()) {
    const { shape, dtype } = plan.values[id]!
    expect(rewritten.values[rewritten.outputs[i]!]).toEqual({ shape, dtype })
    const found = firstDifference(actual[i]!, { shape, dtype, data: expected[i]! }, accuracy)
    if (found !== undefined) return `output ${i}: ${found}`
  }
  return undefined
}

/** The rule, and how often it did something. */
function counted(rule: Rule): { rule: Rule; count: () => number } {
  let count = 0
  const rewrite: Rule['rewrite'] = (application, draft) => {
    const id = rule.rewrite(application, draft)
    if (id !== null) count += 1
    return id
  }
  return { rule: { ...rule, rewrite }, count: () => count }
}

describe('on random graphs', () => {
  // Powers are tested below: a rounding grows on its way through a graph.
  test.each(rewriteRules.filter(({ keeps }) => keeps !== 'rounding'))('"$name" changes no number', (rule) => {
    const { rule: watched, count } = counted(rule)
    const signedZero = rule.keeps === 'exact'
    fc.assert(
      fc.property(recipes({ division: signedZero }), fc.boolean(), (recipe, share) => {
        expect(difference(cooked(recipe), { rules: [watched], share }, { signedZero })).toBeUndefined()
      }),
    )
    expect(count()).toBeGreaterThan(0)
  })

  test('sharing changes no number', () => {
    fc.assert(
      fc.property(recipes(), (recipe) => {
        expect(difference(cooked(recipe), { rules: [] }, {})).toBeUndefined()
      }),
    )
  })

  test('all rules that keep every bit do so together', () => {
    const rules = rewriteRules.filter(({ keeps }) => keeps === 'exact')
    fc.assert(
      fc.property(recipes({ length: 40 }), (recipe) => {
        expect(difference(cooked(recipe), { rules }, {})).toBeUndefined()
      }),
    )
  })

  test('all rules together change at most the sign of zeros', () => {
    fc.assert(
      fc.property(recipes({ division: false, length: 40 }), (recipe) => {
        expect(difference(cooked(recipe), {}, { signedZero: false })).toBeUndefined()
      }),
    )
  })

  test('there is never more to do than before', () => {
    const free = new Set(['leaf', 'movement'])
    const work = (plan: Plan): number =>
      plan.steps.filter(({ primitive }) => !free.has(primitive.family)).length
    fc.assert(
      fc.property(recipes(), (recipe) => {
        const { plan } = planned(cooked(recipe).slice(-1))
        expect(work(rewritePlan(plan).plan)).toBeLessThanOrEqual(work(plan))
      }),
    )
  })

  test('a plan that was rewritten stays as it is', () => {
    fc.assert(
      fc.property(recipes(), (recipe) => {
        const { plan } = rewritePlan(planned(cooked(recipe)).plan)
        expect(rewritePlan(plan).plan.steps.length).toBe(plan.steps.length)
      }),
    )
  })
})

test.each(primitives.map((primitive) => ({ name: primitive.name, primitive })))(
  '$name of constants and leaves keeps its value',
  ({ primitive }) => {
    for (const dtype of acceptedDtypes(primitive)) {
      fc.assert(
        fc.property(
          entryOf(primitive).cases({ dtype, smooth: false }),
          fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
          ({ inputs, attrs }, constants) => {
            const operands = inputs.map((input, i) => {
              const [value] = input.data
              return constants[i % 3] === true && value !== undefined
                ? constant(value, input.shape, input.dtype)
                : leafOf(input)
            })
            const made = [applyPrimitive(primitive, operands, attrs)]
            const found = difference(
              made,
              {},
              { signedZero: primitive.name !== 'sum', ulps: primitive.name === 'pow' ? 1 : 0 },
            )
            if (found !== undefined) throw new Error(`${found} in ${describeCase(primitive, inputs, attrs)}`)
          },
        ),
        runs(0.4),
      )
    }
  },
)
