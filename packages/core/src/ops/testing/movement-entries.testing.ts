import fc from 'fast-check'
import type { Shape } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { PadAttrs, SliceAttrs } from '../slice.ts'
import type { WindowAttrs } from '../windows.ts'
import { at, broadcastAt, type Index, positions, rankOf, replaced, total } from './nd.testing.ts'
import { entry, type OpCase, type OpEntry } from './op-case.testing.ts'
import { each, shapes, sizes, someAxes } from './shapes.testing.ts'
import { arrays, numbers } from './values.testing.ts'

const first = (): readonly (readonly number[])[] => [[0]]

/** The index of the element that has `count` elements before it. */
function positionAt(count: number, shape: Shape): number[] {
  const index: number[] = []
  let rest = count
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]!)
    rest = Math.floor(rest / shape[axis]!)
  }
  return index
}

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

/** Primitives that put elements elsewhere. */
export const movementEntries: Readonly<Record<string, OpEntry>> = {
  reshape: entry<{ readonly shape: Shape }>({
    cases: ({ dtype, smooth }) =>
      shapes().chain((shape) =>
        fc
          .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), reshapings(shape))
          .map(([x, target]) => ({ inputs: [x], attrs: { shape: target } })),
      ),
    element: ([x], { shape }, index) => at(x!, positionAt(rankOf(index, shape), x!.shape)),
    linear: first,
  }),

  permute: entry<{ readonly order: readonly number[] }>({
    cases: ({ dtype, smooth }) =>
      shapes().chain((shape) => {
        const axes = shape.map((_, axis) => axis)
        const order = fc.shuffledSubarray(axes, { minLength: axes.length })
        return fc
          .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), order)
          .map(([x, drawn]) => ({ inputs: [x], attrs: { order: drawn } }))
      }),
    element: ([x], { order }, index) =>
      at(
        x!,
        x!.shape.map((_, axis) => index[order.indexOf(axis)]!),
      ),
    linear: first,
  }),

  expand: entry<{ readonly shape: Shape }>({
    cases: ({ dtype, smooth }) =>
      shapes().chain((shape) =>
        fc.tuple(fc.nat({ max: shape.length }), someAxes(shape.length)).chain(([dropped, repeated]) => {
          const from = shape.map((n, axis) => (repeated.includes(axis) ? 1 : n)).slice(dropped)
          return arrays(from, dtype, smooth ? 'smooth' : 'any').map((x) => ({
            inputs: [x],
            attrs: { shape },
          }))
        }),
      ),
    element: ([x], _, index) => broadcastAt(x!, index),
    linear: first,
  }),

  slice: entry<SliceAttrs>({
    cases: ({ dtype, smooth }) =>
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
    element: ([x], { start, step }, index) =>
      at(
        x!,
        index.map((i, axis) => start[axis]! + i * step[axis]!),
      ),
    linear: first,
  }),

  pad: entry<PadAttrs>({
    cases: ({ dtype, smooth }) =>
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
    element: ([x], { low, interior, value }, index) => {
      const offsets = index.map((i, axis) => i - low[axis]!)
      const from = offsets.map((offset, axis) => offset / (interior[axis]! + 1))
      const inside = from.every((i, axis) => Number.isInteger(i) && i >= 0 && i < x!.shape[axis]!)
      return inside ? at(x!, from) : value
    },
    // With value 0, the only one among the smooth cases.
    linear: first,
  }),

  flip: entry<{ readonly axes: readonly number[] }>({
    cases: ({ dtype, smooth }) =>
      shapes().chain((shape) =>
        fc
          .tuple(arrays(shape, dtype, smooth ? 'smooth' : 'any'), someAxes(shape.length))
          .map(([x, axes]) => ({ inputs: [x], attrs: { axes } })),
      ),
    element: ([x], { axes }, index) =>
      at(
        x!,
        index.map((i, axis) => (axes.includes(axis) ? x!.shape[axis]! - 1 - i : i)),
      ),
    linear: first,
  }),

  concat: entry<{ readonly axis: number }>({
    cases: ({ dtype, smooth }) =>
      fc
        .tuple(shapes({ minRank: 1, limit: 12 }), fc.nat(), fc.array(sizes(), { minLength: 1, maxLength: 3 }))
        .chain(([shape, coin, lengths]) => {
          const axis = coin % shape.length
          return each(lengths, (n) => arrays(replaced(shape, axis, n), dtype, smooth ? 'smooth' : 'any')).map(
            (inputs): OpCase<{ axis: number }> => ({ inputs, attrs: { axis } }),
          )
        }),
    element: (inputs, { axis }, index) => {
      let i = index[axis]!
      for (const x of inputs) {
        if (i < x.shape[axis]!) return at(x, replaced(index, axis, i))
        i -= x.shape[axis]!
      }
      throw new RangeError('beyond the last part')
    },
    linear: (inputs) => [inputs.map((_, i) => i)],
  }),

  windows: entry<WindowAttrs>({
    cases: ({ dtype, smooth }) =>
      windowed.chain(({ fixed, lengths, attrs }) =>
        arrays([...fixed, ...lengths], dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs })),
      ),
    element: ([x], attrs, index) => at(x!, sourceOf(index, x!.shape.length - attrs.size.length, attrs)),
    linear: first,
  }),

  fold: entry<WindowAttrs & { readonly lengths: Shape }>({
    cases: ({ dtype, smooth }) =>
      windowed.chain(({ fixed, lengths, counts, attrs }) =>
        arrays([...fixed, ...counts, ...attrs.size], dtype, smooth ? 'smooth' : 'any').map((x) => ({
          inputs: [x],
          attrs: { ...attrs, lengths },
        })),
      ),
    element: ([x], attrs, index) => {
      const fixed = index.length - attrs.size.length
      const from = positions(x!.shape).filter(
        (place) => sourceOf(place, fixed, attrs).join() === index.join(),
      )
      return total(
        x!.dtype,
        from.map((place) => at(x!, place)),
      )
    },
    linear: first,
  }),
}

/** Where an element of the windows `[…, O₁, O₂, K₁, K₂]` is read from: `o · stride + k · dilation`. */
function sourceOf(index: Index, fixed: number, { size, stride, dilation }: WindowAttrs): number[] {
  const moved = size.map((_, i) => {
    const o = index[fixed + i]!
    const k = index[fixed + size.length + i]!
    return o * stride[i]! + k * dilation[i]!
  })
  return [...index.slice(0, fixed), ...moved]
}
