import type { HostArray } from '../../graph/dtype.ts'
import { at, broadcastAt, type Index, replaced, total } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

const indexAt = (index: HostArray, place: Index): number => broadcastAt(index, place)

/** Reading and adding by index. */
export const indexingEntries: Readonly<Record<string, Statement>> = {
  gather: entry<{ readonly axis: number }>({
    element: ([x, index], { axis }, place) => at(x!, replaced(place, axis, indexAt(index!, place))),
    linear: () => [[0]],
  }),

  scatterAdd: entry<{ readonly axis: number; readonly size: number }>({
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
