import type { Access } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quotient } from '../../math/helpers.ts'
import { evaluated } from '../evaluate.testing.ts'
import { type AxisIndex, indexText, inverseOf, placeText, rowMajor, rowMajorStrides } from './digits.ts'
import { Source } from './source.ts'

const product = (sizes: readonly number[]): number => sizes.reduce((count, n) => count * n, 1)

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 })

/** A loop over sizes that writes a buffer whole: its axes lie in any order, some of them backwards. */
const wholeStores = sizes
  .chain((own) =>
    fc.tuple(
      fc.constant(own),
      fc.shuffledSubarray([...own.keys()], { minLength: own.length, maxLength: own.length }),
      fc.array(fc.boolean(), { minLength: own.length, maxLength: own.length }),
    ),
  )
  .map(([own, order, flips]): { sizes: number[]; access: Access } => {
    const strides = own.map(() => 0)
    let [stride, offset] = [1, 0]
    for (const axis of order) {
      const size = own[axis]!
      strides[axis] = flips[axis] ? -stride : stride
      if (flips[axis]) offset += stride * (size - 1)
      stride *= size
    }
    return { sizes: own, access: { buffer: 0, offset, strides } }
  })

/** What these axes are in the thread with number `p`. */
function indicesAt(axes: readonly AxisIndex[], p: number): number[] {
  const source = new Source()
  const texts = axes.map((axis) => indexText(source, axis))
  const value = evaluated(
    source.function(texts.map((text, i) => `${text} * ${16 ** i}`).join(' + ') || '0'),
    [quotient],
  )
  const packed = value([], p)
  return texts.map((_, i) => Math.floor(packed / 16 ** i) % 16)
}

describe('the inverse of a store', () => {
  test('finds for every element of the buffer the place of the loop that writes it', () => {
    fc.assert(
      fc.property(wholeStores, ({ sizes: own, access }) => {
        const axes = inverseOf(own, access, product(own))
        expect(axes).not.toBeNull()
        for (let p = 0; p < product(own); p++) {
          const indices = indicesAt(axes ?? [], p)
          const at = indices.reduce((sum, k, axis) => sum + k * access.strides[axis]!, access.offset)
          expect(at).toBe(p)
          expect(indices.every((k, axis) => k >= 0 && k < own[axis]!)).toBe(true)
        }
      }),
    )
  })

  test('is there only where the loop writes all of the buffer, without gaps', () => {
    fc.assert(
      fc.property(wholeStores, ({ sizes: own, access }) => {
        const count = product(own)
        expect(inverseOf(own, access, count + 1)).toBeNull()
        expect(inverseOf(own, { ...access, offset: access.offset + 1 }, count)).toBeNull()
        if (count === 1) return
        const spread = {
          ...access,
          offset: 2 * access.offset,
          strides: access.strides.map((stride) => 2 * stride),
        }
        expect(inverseOf(own, spread, 2 * count)).toBeNull()
      }),
    )
    expect(inverseOf([2, 3], { buffer: 0, offset: 0, strides: [0, 1] }, 3)).toBeNull()
  })
})

test('places are an offset and indices times strides, however digits are joined', () => {
  const cases = sizes.chain((own) =>
    fc.tuple(
      fc.constant(own),
      fc.integer({ min: -50, max: 50 }),
      fc.oneof(
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: own.length, maxLength: own.length }),
        fc.integer({ min: 1, max: 3 }).map((scale) => rowMajorStrides(own).map((stride) => scale * stride)),
      ),
      fc.array(fc.boolean(), { minLength: own.length, maxLength: own.length }),
    ),
  )
  fc.assert(
    fc.property(cases, ([own, offset, strides, flips]) => {
      const axes = rowMajor(own).map((axis, i): AxisIndex => {
        return axis.kind === 'digit' && flips[i] ? { ...axis, start: axis.size - 1, step: -1 } : axis
      })
      const source = new Source()
      const place = evaluated(source.function(placeText(source, offset, strides, axes)), [quotient])
      const steps = rowMajorStrides(own)
      for (let p = 0; p < product(own); p++) {
        let right = offset
        for (const [i, size] of own.entries()) {
          const index = Math.floor(p / steps[i]!) % size
          right += strides[i]! * (flips[i] ? size - 1 - index : index)
        }
        expect(place([], p)).toBe(right)
      }
    }),
  )
})

test('what lies row by row is read by the number of the thread, without a division', () => {
  const source = new Source()
  expect(placeText(source, 0, rowMajorStrides([4, 3, 5]), rowMajor([4, 3, 5]))).toBe('p')
})
