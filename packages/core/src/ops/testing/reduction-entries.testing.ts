import type { HostArray } from '../../graph/dtype.ts'
import type { ReduceAttrs } from '../broadcast.ts'
import { at, type Index, positions, replaced, total } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

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

/** NaN if there is one, else the first element that `beats` lets none of the others pass. */
function winner(values: readonly number[], beats: (a: number, b: number) => boolean): number {
  const place = values.some(Number.isNaN)
    ? values.findIndex(Number.isNaN)
    : values.findIndex((v) => !values.some((other) => beats(other, v)))
  if (place < 0) throw new RangeError('nothing wins among no values')
  return place
}

function extremum(beats: (a: number, b: number) => boolean): Statement {
  return entry<ReduceAttrs>({
    element: ([x], attrs, index) => {
      const values = gathered(x!, attrs, index)
      return values[winner(values, beats)]!
    },
  })
}

function position(beats: (a: number, b: number) => boolean): Statement {
  return entry<ReduceAttrs>({
    element: ([x], attrs, index) => winner(gathered(x!, attrs, index), beats),
  })
}

interface AlongAxis {
  readonly axis: number
}

const larger = (a: number, b: number): boolean => a > b
const smaller = (a: number, b: number): boolean => a < b

/** Reductions, scans, and sorting. */
export const reductionEntries: Readonly<Record<string, Statement>> = {
  sum: entry<ReduceAttrs>({
    element: ([x], attrs, index) => total(x!.dtype, gathered(x!, attrs, index)),
    linear: () => [[0]],
  }),
  max: extremum(larger),
  min: extremum(smaller),
  argmax: position(larger),
  argmin: position(smaller),

  cumsum: entry<AlongAxis & { readonly reverse: boolean }>({
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
