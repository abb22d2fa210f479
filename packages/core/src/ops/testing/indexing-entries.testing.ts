import fc from 'fast-check'
import type { HostArray, Shape } from '../../graph/dtype.ts'
import { at, broadcastAt, type Index, positions, replaced, total } from './nd.testing.ts'
import { entry, type OpEntry } from './op-case.testing.ts'
import { shapes, sizes, someAxes } from './shapes.testing.ts'
import { arrays, hostArray } from './values.testing.ts'

interface Indexed {
  /** The shape that is indexed into. */
  readonly large: Shape
  readonly axis: number
  readonly index: HostArray
}

/** An axis of a shape and an index into it, of size 1 along some other axes; repeats come by themselves. */
const indexed: fc.Arbitrary<Indexed> = fc
  .tuple(shapes({ minRank: 1, limit: 24 }), fc.nat(), sizes())
  .chain(([large, coin, count]) => {
    const axis = coin % large.length
    const length = large[axis]!
    return someAxes(large.length).chain((ones) => {
      const shape = large.map((n, a) => {
        if (a === axis) return length === 0 ? 0 : count
        return ones.includes(a) ? 1 : n
      })
      const size = positions(shape).length
      return fc
        .array(fc.nat({ max: Math.max(0, length - 1) }), { minLength: size, maxLength: size })
        .map((values) => ({ large, axis, index: hostArray(shape, 'i32', values) }))
    })
  })

const indexAt = (index: HostArray, place: Index): number => broadcastAt(index, place)

/** Reading and adding by index. */
export const indexingEntries: Readonly<Record<string, OpEntry>> = {
  gather: entry<{ readonly axis: number }>({
    cases: ({ dtype, smooth }) =>
      indexed.chain(({ large, axis, index }) =>
        arrays(large, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x, index], attrs: { axis } })),
      ),
    element: ([x, index], { axis }, place) => at(x!, replaced(place, axis, indexAt(index!, place))),
    linear: () => [[0]],
  }),

  scatterAdd: entry<{ readonly axis: number; readonly size: number }>({
    cases: ({ dtype, smooth }) =>
      indexed.chain(({ large, axis, index }) =>
        arrays(replaced(large, axis, index.shape[axis]!), dtype, smooth ? 'smooth' : 'any').map(
          (updates) => ({
            inputs: [updates, index],
            attrs: { axis, size: large[axis]! },
          }),
        ),
      ),
    element: ([updates, index], { axis }, place) => {
      const from = Array.from({ length: updates!.shape[axis]! }, (_, i) => replaced(place, axis, i))
      const here = from.filter((source) => indexAt(index!, source) === place[axis])
      return total(
        updates!.dtype,
        here.map((source) => at(updates!, source)),
      )
    },
    linear: () => [[0]],
  }),
}
