import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quotient } from '../math/helpers.ts'
import { evaluated } from './evaluate.testing.ts'
import { joinKernel, type Piece } from './join.ts'
import { rowMajorStrides } from './text/digits.ts'
import { Source } from './text/source.ts'

const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)

/** Every so-many-th index along an axis, from one on, perhaps backwards. */
const ranges = (size: number): fc.Arbitrary<{ start: number; step: number; count: number }> =>
  fc
    .tuple(
      fc.nat({ max: size - 1 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: size }),
      fc.boolean(),
    )
    .map(([start, step, most, isFlipped]) => {
      const count = Math.min(most, Math.floor((size - 1 - start) / step) + 1)
      return isFlipped ? { start: start + step * (count - 1), step: -step, count } : { start, step, count }
    })

/** Parts of a buffer of this shape, as slices of it are written, their axes in any order. */
const pieces = (shape: readonly number[]): fc.Arbitrary<Omit<Piece, 'value'>> =>
  fc
    .tuple(
      fc.tuple(...shape.map(ranges)),
      fc.shuffledSubarray([...shape.keys()], { minLength: shape.length, maxLength: shape.length }),
    )
    .map(([own, order]) => {
      const whole = rowMajorStrides(shape)
      const offset = own.reduce((sum, { start }, axis) => sum + start * whole[axis]!, 0)
      return {
        sizes: order.map((axis) => own[axis]!.count),
        access: { buffer: 0, offset, strides: order.map((axis) => own[axis]!.step * whole[axis]!) },
      }
    })

const cases = fc
  .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.tuple(fc.constant(shape), fc.array(pieces(shape), { minLength: 1, maxLength: 6 }), fc.boolean()),
  )

test('an element of a joined buffer is that of the last piece that has its place, else what lay below', () => {
  fc.assert(
    fc.property(cases, ([shape, parts, hasBelow]) => {
      const count = product(shape)
      const below = hasBelow ? 99 : null
      const named = parts.map((part, value) => ({ ...part, value }))
      const source = new Source()
      const kernel = evaluated(source.function(joinKernel(source, named, below)), [quotient])
      const data = named.map(({ sizes, value }) =>
        Array.from({ length: product(sizes) }, (_, i) => 1000 * (value + 1) + i),
      )
      const under = Array.from({ length: count }, (_, p) => p + 1)
      const right = hasBelow ? [...under] : under.map(() => 0)
      for (const { sizes, access, value } of named) {
        const own = rowMajorStrides(sizes)
        for (const [i, x] of data[value]!.entries()) {
          const at = sizes.reduce(
            (sum, size, axis) => sum + (Math.floor(i / own[axis]!) % size) * access.strides[axis]!,
            access.offset,
          )
          right[at] = x
        }
      }
      const arrays = source.inputs.map((value) => (value === below ? under : (data[value] ?? [])))
      expect(under.map((_, p) => kernel(arrays, p))).toEqual(right)
    }),
  )
})
