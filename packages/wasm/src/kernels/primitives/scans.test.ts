import { argmax, argmin, argsort, cumsum, type DType, type Op, type Shape } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyArray, anyCuts, compiled, expectReference, hostArray, longArray } from './primitives.testing.ts'

const numbers = ['f32', 'f64', 'i32'] as const
const all = [...numbers, 'bool'] as const

/** A shape in which one axis may be long enough for every width of vector. */
const shapes: fc.Arbitrary<Shape> = fc
  .array(fc.integer({ min: 1, max: 4 }), { maxLength: 2 })
  .chain((small) =>
    fc
      .tuple(fc.integer({ min: 1, max: 90 }), fc.nat({ max: small.length }))
      .map(([long, at]) => [...small.slice(0, at), long, ...small.slice(at)]),
  )

const cases = (dtypes: readonly DType[]) =>
  fc
    .tuple(shapes, fc.constantFrom(...dtypes), fc.nat())
    .chain(([shape, dtype, coin]) =>
      fc.record({ x: anyArray(dtype, shape), axis: fc.constant(coin % shape.length), cuts: anyCuts }),
    )

describe('cumsum', () => {
  test('gives the bits of the reference kernel along every axis, either way, however it is split', () => {
    fc.assert(
      fc.property(cases(numbers), fc.boolean(), ({ x, axis, cuts }, reverse) =>
        expectReference(cumsum.primitive, { inputs: [x], attrs: { axis, reverse } }, cuts),
      ),
    )
  })

  test('rounds each sum of f32 once', () => {
    const x = hostArray('f32', [4], [1, 2 ** -24, 2 ** -24, 2 ** -24])
    const sums = compiled(cumsum.primitive, { inputs: [x], attrs: { axis: 0, reverse: false } }).run()
    expect([...sums]).toEqual([1, 1, 1 + 2 ** -23, 1 + 2 ** -22].map(Math.fround))
  })
})

describe.each([argmax, argmin].map((op: Op<never>) => ({ op, name: op.primitive.name })))(
  '$name',
  ({ op }) => {
    test('finds the places that the reference kernel finds, at ties and NaN too', () => {
      fc.assert(
        fc.property(cases(all), ({ x, axis, cuts }) =>
          expectReference(op.primitive, { inputs: [x], attrs: { axes: [axis], keepDims: false } }, cuts),
        ),
      )
    })
  },
)

describe('argsort', () => {
  const sorted = (descending: boolean) => ({ axis: 0, descending })

  test('sorts as the reference kernel does: stable both ways, NaN as the largest', () => {
    fc.assert(
      fc.property(cases(all), fc.boolean(), ({ x, axis, cuts }, descending) =>
        expectReference(argsort.primitive, { inputs: [x], attrs: { axis, descending } }, cuts),
      ),
    )
  })

  test('sorts lines of every length up to 40', () => {
    for (let length = 1; length <= 40; length++) {
      expectReference(argsort.primitive, {
        inputs: [longArray('i32', [length, 2], length)],
        attrs: sorted(length % 2 === 0),
      })
    }
  })

  test('needs no scratch of each thread for one long line', () => {
    const use = { inputs: [longArray('f32', [5000], 3)], attrs: sorted(false) }
    expectReference(argsort.primitive, use)
    expect(compiled(argsort.primitive, use).generated.privateBytes).toBe(0)
  })
})
