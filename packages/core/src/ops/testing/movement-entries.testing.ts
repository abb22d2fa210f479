import type { Shape } from '../../graph/dtype.ts'
import type { PadAttrs, SliceAttrs } from '../slice.ts'
import type { WindowAttrs } from '../windows.ts'
import { at, broadcastAt, type Index, positions, rankOf, replaced, total } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

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

/** Primitives that put elements elsewhere. */
export const movementEntries: Readonly<Record<string, Statement>> = {
  reshape: entry<{ readonly shape: Shape }>({
    element: ([x], { shape }, index) => at(x!, positionAt(rankOf(index, shape), x!.shape)),
    linear: first,
  }),

  permute: entry<{ readonly order: readonly number[] }>({
    element: ([x], { order }, index) =>
      at(
        x!,
        x!.shape.map((_, axis) => index[order.indexOf(axis)]!),
      ),
    linear: first,
  }),

  expand: entry<{ readonly shape: Shape }>({
    element: ([x], _, index) => broadcastAt(x!, index),
    linear: first,
  }),

  slice: entry<SliceAttrs>({
    element: ([x], { start, step }, index) =>
      at(
        x!,
        index.map((i, axis) => start[axis]! + i * step[axis]!),
      ),
    linear: first,
  }),

  pad: entry<PadAttrs>({
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
    element: ([x], { axes }, index) =>
      at(
        x!,
        index.map((i, axis) => (axes.includes(axis) ? x!.shape[axis]! - 1 - i : i)),
      ),
    linear: first,
  }),

  concat: entry<{ readonly axis: number }>({
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
    element: ([x], attrs, index) => at(x!, sourceOf(index, x!.shape.length - attrs.size.length, attrs)),
    linear: first,
  }),

  fold: entry<WindowAttrs & { readonly lengths: Shape }>({
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
