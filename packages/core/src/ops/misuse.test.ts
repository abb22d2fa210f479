import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { sizeOf } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { dataSync } from '../tensor/value.ts'
import { ops } from './table.ts'
import { runs } from './testing/run.testing.ts'

// Ops are called with whatever comes to hand. Each call must end in one of two ways: an OpError before anything runs, or
// a tensor that runs and has the shape and dtype it promised.

const tensors = [
  fromOwned(Float32Array.of(2), []),
  fromOwned(Float32Array.of(1, -2), [2]),
  fromOwned(Float64Array.of(1, 2, 3, 4), [2, 2]),
  fromOwned(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
  fromOwned(new Float32Array(8).fill(1), [1, 2, 4]),
  fromOwned(new Float32Array(0), [3, 0]),
  fromOwned(Int32Array.of(1), []),
  fromOwned(Int32Array.of(1, 0), [2]),
  fromOwned(Int32Array.of(1, 0, 0, 1), [2, 2]),
  fromOwned(Uint8Array.of(1, 0), [2]),
]
const numbers = [0, 1, 2, -1, -3, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -(2 ** 31) - 1]
const lists = [
  [],
  [0],
  [1],
  [2],
  [1, 1],
  [0, 1],
  [2, 2],
  [-1],
  [1.5],
  [Number.NaN],
  ['1'],
  [undefined],
  [[0, 0]],
  [[1, -1]],
]
const junk = [
  undefined,
  null,
  true,
  'f32',
  'bool',
  'float32',
  '1',
  {},
  new Float32Array(2),
  10n,
  () => 1,
  ...lists,
  ...numbers,
]

const value = fc.oneof(fc.constantFrom<unknown>(...junk), fc.constantFrom<unknown>(...tensors))
const anOption = fc.constantFrom<unknown>(...junk, ...lists, ...numbers)

/** The option objects that some op takes, with right and wrong values in them. */
const options = fc.oneof(
  ...[
    ['axis'],
    ['axis', 'keepDims'],
    ['axis', 'descending'],
    ['axis', 'reverse'],
    ['start', 'stop', 'step'],
    ['low', 'high', 'interior', 'value'],
    ['size', 'stride', 'dilation'],
    ['size', 'stride', 'dilation', 'lengths'],
    ['stride', 'padding', 'dilation', 'inputDilation', 'groups'],
    ['shape', 'dtype', 'tag'],
  ].map((names) => {
    const lengths = fc.integer({ min: 0, max: 2 })
    const fitting = lengths.chain((rank) =>
      fc.record(Object.fromEntries(names.map((name) => [name, fittingOption(name, rank)]))),
    )
    const wrong = fc.record(Object.fromEntries(names.map((name) => [name, anOption])), { requiredKeys: [] })
    // Mostly right, with one value spoilt.
    const spoilt = fc
      .tuple(fitting, fc.constantFrom(...names), anOption)
      .map(([right, name, bad]) => ({ ...right, [name]: bad }))
    return fc.oneof(fitting, spoilt, wrong)
  }),
)

function fittingOption(name: string, rank: number): fc.Arbitrary<unknown> {
  const list = (min: number, max: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank })
  switch (name) {
    case 'axis':
      return fc.integer({ min: -3, max: 3 })
    case 'keepDims':
    case 'descending':
    case 'reverse':
      return fc.boolean()
    case 'padding':
      return fc.array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: -1, max: 2 })), {
        minLength: rank,
        maxLength: rank,
      })
    case 'groups':
    case 'value':
    case 'tag':
      return fc.integer({ min: 0, max: 2 })
    case 'dtype':
      return fc.constantFrom('bool', 'i32', 'f32', 'f64')
    default:
      return list(0, 3)
  }
}

const argument = fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: options, weight: 1 })
const someTensor = fc.constantFrom<unknown>(...tensors)
const argumentLists = fc.oneof(
  fc.array(argument, { maxLength: 4 }),
  fc.tuple(someTensor, options),
  fc.tuple(someTensor, someTensor, options),
  fc.tuple(someTensor, someTensor),
  fc.tuple(fc.array(argument, { maxLength: 3 }), argument),
)

describe.each(ops.map((op) => ({ name: op.primitive.name, op })))('$name', ({ name, op }) => {
  test('refuses what it cannot take with an OpError that names it, and runs the rest', () => {
    fc.assert(
      fc.property(argumentLists, (args) => {
        const made = outcome(() => Reflect.apply(op, undefined, args))
        if (made instanceof OpError) {
          expect(made.message.length).toBeLessThan(400)
          expect(made.message).not.toMatch(/undefined \[|\[object|NaN has/)
          expect([name, ...otherNames(name)]).toContain(made.op)
          return
        }
        const said = `${name}(${args.map(show).join(', ')})`
        if (!(made instanceof Tensor)) throw new Error(`building ${said}`, { cause: made })
        const computed = outcome(() => dataSync(made))
        if (computed instanceof Error && /index -?\d+ is out of range/.test(computed.message)) return
        if (computed instanceof Error) throw new Error(`running ${said}`, { cause: computed })
        expect(computed).toBeInstanceOf(allocate(made.dtype, 0).constructor)
        expect(computed).toHaveLength(sizeOf(made.shape))
      }),
      runs(3),
    )
  })
})

function outcome(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return error
  }
}

function show(value: unknown): string {
  if (value instanceof Tensor) return `${value.dtype}[${value.shape.join()}]`
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const parts = Object.entries(value).map(([name, part]) => `${name}: ${show(part)}`)
  return `{ ${parts.join(', ')} }`
}

/** Under which other name an op is known to who calls it. */
function otherNames(name: string): string[] {
  return name === 'constant' ? ['full'] : []
}
