import fc from 'fast-check'
import type { Shape } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { PadAttrs, SliceAttrs } from '../slice.ts'
import type { WindowAttrs } from '../windows.ts'
import { type Cases, cases } from './op-case.ts'
import { each, shapes, sizes, someAxes } from './shapes.ts'
import { arrays, numbers } from './values.ts'

/** Shapes with as many elements: axes merged, split off, turned around, and 1s put in. */
function reshapings(shape: Shape): fc.Arbitrary<Shape> {
  const size = sizeOf(shape)
  const [a = 1, b = 1, ...rest] = shape
  const halves = size > 0 && size % 2 === 0 ? [[2, size / 2]] : [[1, size, 1]]
  const empty = size === 0 ? [[0], [3, 0], [0, 2, 0]] : []
  return fc.constantFrom<Shape>(
    [size],
    [...shape].reverse(),
    [1, ...shape],
    [...shape, 1],
    [a * b, ...rest],
    ...halves,
    ...empty,
  )
}

/** A window along each of some last axes, with sizes, strides and dilations that fit. */
const windowed = fc
  .tuple(shapes({ maxRank: 2, limit: 4 }), fc.array(windowAxis(), { maxLength: 2 }))
  .map(([fixed, axes]) => ({
    fixed,
    lengths: axes.map(({ length }) => length),
    counts: axes.map(({ length, reach, stride }) => Math.floor((length - reach) / stride) + 1),
    attrs: {
      size: axes.map(({ size }) => size),
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
    },
  }))

function windowAxis(): fc.Arbitrary<Record<'size' | 'stride' | 'dilation' | 'reach' | 'length', number>> {
  const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max })
  return fc
    .record({ size: upTo(3), stride: upTo(3), dilation: upTo(2), spare: fc.nat({ max: 3 }) })
    .map(({ spare, ...axis }) => {
      const reach = (axis.size - 1) * axis.dilation + 1
      return { ...axis, reach, length: reach + spare }
    })
}

/** Uses of primitives that put elements elsewhere. */
export const movementCases: Readonly<Record<string, Cases>> = {
  reshape: cases<{ readonly shape: Shape }>(({ dtype, smooth }) =>
    shapes().chain((shape) =>
      fc
        .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), reshapings(shape))
        .map(([x, target]) => ({ inputs: [x], attrs: { shape: target } })),
    ),
  ),

  permute: cases<{ readonly order: readonly number[] }>(({ dtype, smooth }) =>
    shapes().chain((shape) => {
      const axes = shape.map((_, axis) => axis)
      const order = fc.shuffledSubarray(axes, { minLength: axes.length })
      return fc
        .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), order)
        .map(([x, drawn]) => ({ inputs: [x], attrs: { order: drawn } }))
    }),
  ),

  expand: cases<{ readonly shape: Shape }>(({ dtype, smooth }) =>
    shapes().chain((shape) =>
      fc.tuple(fc.nat({ max: shape.length }), someAxes(shape.length)).chain(([dropped, repeated]) => {
        const from = shape.map((n, axis) => (repeated.includes(axis) ? 1 : n)).slice(dropped)
        return arrays(from, dtype, smooth ? 'smooth' : 'any').map((x) => ({
          inputs: [x],
          attrs: { shape },
        }))
      }),
    ),
  ),

  slice: cases<SliceAttrs>(({ dtype, smooth }) =>
    shapes().chain((shape) => {
      const ends = each(shape, (n) =>
        fc.tuple(fc.nat({ max: n }), fc.nat({ max: n }), fc.integer({ min: 1, max: 3 })),
      )
      return fc.tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), ends).map(([x, drawn]) => ({
        inputs: [x],
        attrs: {
          start: drawn.map(([a, b]) => Math.min(a, b)),
          stop: drawn.map(([a, b]) => Math.max(a, b)),
          step: drawn.map(([, , step]) => step),
        },
      }))
    }),
  ),

  pad: cases<PadAttrs>(({ dtype, smooth }) =>
    shapes({ maxRank: 3, limit: 12 }).chain((shape) => {
      const amounts = each(shape, () => fc.nat({ max: 2 }))
      const attrs = fc.record({
        low: amounts,
        high: amounts,
        interior: amounts,
        value: smooth ? fc.constant(0) : numbers(dtype),
      })
      return fc
        .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), attrs)
        .map(([x, drawn]) => ({ inputs: [x], attrs: drawn }))
    }),
  ),

  flip: cases<{ readonly axes: readonly number[] }>(({ dtype, smooth }) =>
    shapes().chain((shape) =>
      fc
        .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), someAxes(shape.length))
        .map(([x, axes]) => ({ inputs: [x], attrs: { axes } })),
    ),
  ),

  concat: cases<{ readonly axis: number }>(({ dtype, smooth }) =>
    fc
      .tuple(shapes({ minRank: 1, limit: 12 }), fc.nat(), fc.array(sizes(), { minLength: 1, maxLength: 3 }))
      .chain(([shape, coin, lengths]) => {
        const axis = coin % shape.length
        return each(lengths, (n) => arrays(shape.with(axis, n), dtype, smooth ? 'smooth' : 'any')).map(
          (inputs) => ({ inputs, attrs: { axis } }),
        )
      }),
  ),

  windows: cases<WindowAttrs>(({ dtype, smooth }) =>
    windowed.chain(({ fixed, lengths, attrs }) =>
      arrays([...fixed, ...lengths], dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs })),
    ),
  ),

  fold: cases<WindowAttrs & { readonly lengths: Shape }>(({ dtype, smooth }) =>
    windowed.chain(({ fixed, lengths, counts, attrs }) =>
      arrays([...fixed, ...counts, ...attrs.size], dtype, smooth ? 'smooth' : 'any').map((x) => ({
        inputs: [x],
        attrs: { ...attrs, lengths },
      })),
    ),
  ),
}
