import { primitives, type TypedArray } from '@samkit/core'
import { acceptedDtypes, casesOf, hostArray, planOf } from '@samkit/core/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gradientGraphs, graphs } from '../graphs/random-graph.ts'
import { onReference } from '../verdict.ts'
import { printProgram } from './print.ts'
import { ran } from './printed.testing.ts'
import { type Program, primitiveNamed, single, tensorsOf } from './program.ts'

/** Runs the printed program, and expects what the reference gives. */
async function expectPrintsRight(program: Program): Promise<void> {
  const { outputs } = onReference(planOf(tensorsOf(program)))
  const code = printProgram(program, 'reference')
  const logged = (await ran(code)) as TypedArray[]
  const numbers = (arrays: readonly TypedArray[]): number[][] => arrays.map((array) => [...array])
  expect(numbers(logged), code).toEqual(numbers(outputs.map(({ data }) => data)))
}

describe('a printed program gives the answer of the reference:', () => {
  test.each(primitives.map((primitive) => ({ name: primitive.name, primitive })))(
    '$name',
    async ({ primitive }) => {
      for (const dtype of acceptedDtypes(primitive)) {
        const uses = casesOf(primitive)({ dtype, smooth: false })
        const property = fc.asyncProperty(uses, ({ inputs, attrs }) =>
          expectPrintsRight(single(primitive, inputs, attrs)),
        )
        await fc.assert(property, { numRuns: 2 })
      }
    },
  )

  const dtypes = ['bool', 'i32', 'f32', 'f64'] as const
  test.each([
    ['graphs', graphs({ kind: 'any', dtypes, length: 8 })],
    ['whole graphs', graphs({ kind: 'exact', dtypes: ['bool', 'i32'], length: 8 })],
    ['gradients', gradientGraphs({ dtypes, length: 6 }, 1)],
    ['second derivatives', gradientGraphs({ dtypes, length: 3 }, 2)],
  ] as const)('%s', async (_, programs) => {
    await fc.assert(fc.asyncProperty(programs, expectPrintsRight), { numRuns: 6 })
  })
})

test('a program reads like one written by hand, with both answers', () => {
  const x = hostArray([2], 'f32', [0.1, Number.NaN])
  const program = single(primitiveNamed('sum'), [x], { axes: [0], keepDims: false })
  const answers = {
    actual: [hostArray([], 'f32', [-0])],
    expected: [hostArray([], 'f32', [Number.NaN])],
  }
  expect(printProgram(program, 'wasm', answers)).toMatchInlineSnapshot(`
    "import { backendByName, sum, tensor } from '@samkit/core'

    const backend = await backendByName('wasm')
    const a = tensor([0.1, NaN], { shape: [2], dtype: 'f32' })
    const v1 = sum(a, { axis: [0], keepDims: false })
    console.log(await v1.data({ backend }))
    // the backend:   f32 [] -0
    // the reference: f32 [] NaN
    "
  `)
})
