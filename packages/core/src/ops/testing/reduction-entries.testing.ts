import fc from 'fast-check'
import type { HostArray, Shape } from '../../graph/dtype.ts'
import type { ReduceAttrs } from '../broadcast.ts'
import { at, type Index, positions, replaced, total } from './nd.testing.ts'
import { type CaseOptions, entry, type OpCase, type OpEntry } from './op-case.testing.ts'
import { shapes, someAxes } from './shapes.testing.ts'
import { arrays } from './values.testing.ts'

/** The elements that a reduction puts into one place, in the order they lie in memory. */
function gathered(x: HostArray, { axes, keepDims }: ReduceAttrs, index: Index): number[] {
  const rest = [...index]
  const kept = x.shape.map((_, axis) => {
    if (!axes.includes(axis)) return rest.shift()!
    if (keepDims) rest.shift()
    return -1
  })
  const reduced = positions(axes.map((axis) => x.shape[axis]!))
  return reduced.map((place) =>
    at(
      x,
      kept.map((i, axis) => (i < 0 ? place[axes.indexOf(axis)]! : i)),
    ),
  )
}

function reductions(
  { dtype, smooth }: CaseOptions,
  { empty, several }: { readonly empty: boolean; readonly several: boolean },
): fc.Arbitrary<OpCase<ReduceAttrs>> {
  return shapes({ minRank: several ? 0 : 1 }).chain((shape) =>
    fc
      .tuple(someAxes(shape.length), fc.nat(), fc.boolean())
      .map(([some, coin, keepDims]) => ({ axes: several ? some : [coin % shape.length], keepDims }))
      .chain((attrs) => {
        const filled = (n: number, axis: number): number => (attrs.axes.includes(axis) ? Math.max(1, n) : n)
        const drawn: Shape = empty ? shape : shape.map(filled)
        return arrays(drawn, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs }))
      }),
  )
}

/** NaN if there is one, else the first element that `beats` lets none of the others pass. */
function winner(values: readonly number[], beats: (a: number, b: number) => boolean): number {
  const place = values.some(Number.isNaN)
    ? values.findIndex(Number.isNaN)
    : values.findIndex((v) => !values.some((other) => beats(other, v)))
  if (place < 0) throw new RangeError('nothing wins among no values')
  return place
}

function extremum(beats: (a: number, b: number) => boolean): OpEntry {
  return entry<ReduceAttrs>({
    cases: (options) => reductions(options, { empty: false, several: true }),
    element: ([x], attrs, index) => {
      const values = gathered(x!, attrs, index)
      return values[winner(values, beats)]!
    },
  })
}

function position(beats: (a: number, b: number) => boolean): OpEntry {
  return entry<ReduceAttrs>({
    cases: (options) => reductions(options, { empty: false, several: false }),
    element: ([x], attrs, index) => winner(gathered(x!, attrs, index), beats),
  })
}

interface AlongAxis {
  readonly axis: number
}

function alongAxis<A extends AlongAxis>(
  { dtype, smooth }: CaseOptions,
  attrsFor: (axis: number, flag: boolean) => A,
): fc.Arbitrary<OpCase<A>> {
  return fc.tuple(shapes({ minRank: 1 }), fc.nat(), fc.boolean()).chain(([shape, coin, flag]) =>
    arrays(shape, dtype, smooth ? 'smooth' : 'any').map((x) => ({
      inputs: [x],
      attrs: attrsFor(coin % shape.length, flag),
    })),
  )
}

const larger = (a: number, b: number): boolean => a > b
const smaller = (a: number, b: number): boolean => a < b

/** Reductions, scans, and sorting. */
export const reductionEntries: Readonly<Record<string, OpEntry>> = {
  sum: entry<ReduceAttrs>({
    cases: (options) => reductions(options, { empty: true, several: true }),
    element: ([x], attrs, index) => total(x!.dtype, gathered(x!, attrs, index)),
    linear: () => [[0]],
  }),
  max: extremum(larger),
  min: extremum(smaller),
  argmax: position(larger),
  argmin: position(smaller),

  cumsum: entry<AlongAxis & { readonly reverse: boolean }>({
    cases: (options) => alongAxis(options, (axis, reverse) => ({ axis, reverse })),
    element: ([x], { axis, reverse }, index) => {
      const last = x!.shape[axis]! - 1
      const to = index[axis]!
      const places = Array.from({ length: reverse ? last - to + 1 : to + 1 }, (_, i) =>
        reverse ? last - i : i,
      )
      return total(
        x!.dtype,
        places.map((i) => at(x!, replaced(index, axis, i))),
      )
    },
    linear: () => [[0]],
  }),

  argsort: entry<AlongAxis & { readonly descending: boolean }>({
    cases: (options) => alongAxis(options, (axis, descending) => ({ axis, descending })),
    element: ([x], { axis, descending }, index) => {
      const line = Array.from({ length: x!.shape[axis]! }, (_, i) => at(x!, replaced(index, axis, i)))
      const less = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a))
      const before = (i: number, j: number): boolean => {
        const [a, b] = descending ? [line[j]!, line[i]!] : [line[i]!, line[j]!]
        return less(a, b) || (!less(b, a) && i < j)
      }
      // The element that as many others come before as its place says.
      return line.findIndex((_, j) => line.filter((__, i) => before(i, j)).length === index[axis])
    },
  }),
}
