import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quotient } from '../../math/helpers.ts'
import { evaluated } from '../evaluate.testing.ts'
import { type AxisIndex, indexText, placeText, rowMajor, rowMajorStrides } from './digits.ts'
import { foursOf, gridOf } from './grid.ts'
import { Source } from './source.ts'

const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)

const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 })

/** Sizes of which the last is a multiple of four. */
const whole = fc
  .tuple(sizes, fc.integer({ min: 1, max: 4 }))
  .map(([outer, quarters]) => [...outer, 4 * quarters])

/** What places along axes come to in every thread, the threads counted row by row of their grid. */
function placesOf(
  threads: readonly number[],
  write: (source: Source) => readonly (readonly AxisIndex[])[],
  strides: readonly number[],
): number[][] {
  const source = new Source()
  const texts = write(source).map((axes) => placeText(source, 0, strides, axes))
  const kernels = texts.map((text) => evaluated(source.function(text), [quotient]))
  const [width = 1, height = 1] = threads
  return Array.from({ length: product(threads) }, (_, i) => {
    const at = { x: i % width, y: Math.floor(i / width) % height, z: Math.floor(i / width / height) }
    return kernels.map((kernel) => kernel([], at))
  })
}

test.each([false, true])(
  'fours of neighbours take every element once, in order (grid: %s)',
  (mayHaveGrid) => {
    fc.assert(
      fc.property(whole, (own) => {
        const fours = foursOf(rowMajor(own), mayHaveGrid)
        const threads = fours?.threads ?? [product(own) / 4]
        expect(product(threads)).toBe(product(own) / 4)
        const places = placesOf(threads, () => fours?.each ?? [], rowMajorStrides(own))
        expect(places.flat()).toEqual(Array.from({ length: product(own) }, (_, i) => i))
      }),
    )
  },
)

test('the index along the last axis is that of the element, not of its four', () => {
  const [, , third = []] = foursOf(rowMajor([3, 8]), false)?.each ?? []
  const source = new Source()
  const column = evaluated(source.function(indexText(source, third.at(-1))), [quotient])
  expect([0, 1, 2, 3].map((x) => column([], { x }))).toEqual([2, 6, 2, 6])
})

test('there are none where the last axis is no multiple of four, or does not lie side by side', () => {
  expect(foursOf(rowMajor([4, 6]), true)).toBeNull()
  expect(foursOf(rowMajor([4, 1]), true)).toBeNull()
  expect(foursOf([], true)).toBeNull()
  expect(foursOf(rowMajor([8, 4]).toReversed(), true)).toBeNull()
  const backwards = rowMajor([8]).map((axis): AxisIndex => ({ ...axis, start: 7, step: -1 }) as AxisIndex)
  expect(foursOf(backwards, true)).toBeNull()
})

test('a grid has the digits of two or three axes along x, y and z', () => {
  fc.assert(
    fc.property(sizes, (own) => {
      const grid = gridOf(rowMajor(own))
      const long = own.filter((size) => size > 1)
      expect(grid !== null).toBe(long.length === 2 || long.length === 3)
      if (grid === null) return
      expect(grid.threads).toEqual(long.toReversed())
      const places = placesOf(grid.threads, () => [grid.axes], rowMajorStrides(own))
      expect(places.flat()).toEqual(Array.from({ length: product(own) }, (_, i) => i))
    }),
  )
})
