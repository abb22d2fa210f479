import fc from 'fast-check'
import type { HostArray, Shape } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import { type Cases, cases } from './op-case.ts'
import { shapes, sizes, someAxes } from './shapes.ts'
import { arrays, hostArray } from './values.ts'

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
      const size = sizeOf(shape)
      return fc
        .array(fc.nat({ max: Math.max(0, length - 1) }), { minLength: size, maxLength: size })
        .map((values) => ({ large, axis, index: hostArray(shape, 'i32', values) }))
    })
  })

/** Uses of reading and adding by index. */
export const indexingCases: Readonly<Record<string, Cases>> = {
  gather: cases<{ readonly axis: number }>(({ dtype, smooth }) =>
    indexed.chain(({ large, axis, index }) =>
      arrays(large, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x, index], attrs: { axis } })),
    ),
  ),

  scatterAdd: cases<{ readonly axis: number; readonly size: number }>(({ dtype, smooth }) =>
    indexed.chain(({ large, axis, index }) =>
      arrays(large.with(axis, index.shape[axis]!), dtype, smooth ? 'smooth' : 'any').map((updates) => ({
        inputs: [updates, index],
        attrs: { axis, size: large[axis]! },
      })),
    ),
  ),
}
