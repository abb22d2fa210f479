import { allocate, type HostArray, primitives, sizeOf } from '@samkit/core'
import type { OpCase } from '@samkit/core/testing'
import type { Cell, Check } from '../check.ts'
import type { Program } from '../program/program.ts'
import { Sketch, type Value } from '../program/sketch.ts'
import { dtypesFor, outcomeOf, searchUses } from './primitives.ts'

// Every primitive on inputs that lie in memory otherwise than their shape says: turned, backwards, or with gaps.

/** The array read in another order: `place` says where the element at a multi-index comes from. */
function rearranged(
  { dtype, data, shape }: HostArray,
  target: readonly number[],
  place: (index: readonly number[]) => readonly number[] | undefined,
): HostArray {
  const out = allocate(dtype, sizeOf(target))
  const index = target.map(() => 0)
  for (let i = 0; i < out.length; i++) {
    const from = place(index)
    // What lies in the gaps must be read by nobody.
    out[i] =
      from === undefined ? 1 : (data[from.reduce((sum, k, axis) => sum * (shape[axis] ?? 1) + k, 0)] ?? 0)
    for (let axis = target.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1
      if ((index[axis] ?? 0) < (target[axis] ?? 0)) break
      index[axis] = 0
    }
  }
  return { shape: [...target], dtype, data: out }
}

type View = (sketch: Sketch, x: HostArray) => Value

/** Ways to hand on an array by way of a view of another. */
const views: readonly View[] = [
  (sketch, x) => {
    const order = x.shape.map((_, axis) => x.shape.length - 1 - axis)
    const turned = rearranged(x, [...x.shape].reverse(), (index) => [...index].reverse())
    return sketch.step('permute', [sketch.leaf(turned)], { order })
  },
  (sketch, x) => {
    const { shape } = x
    const backwards = rearranged(x, shape, (index) => index.map((k, axis) => (shape[axis] ?? 0) - 1 - k))
    return sketch.step('flip', [sketch.leaf(backwards)], { axes: shape.map((_, axis) => axis) })
  },
  (sketch, x) => {
    const { shape } = x
    const wide = shape.map((n) => 2 * n + 1)
    const spread = rearranged(x, wide, (index) => {
      return index.every((k) => k % 2 === 1) ? index.map((k) => (k - 1) / 2) : undefined
    })
    const attrs = { start: shape.map(() => 1), stop: wide, step: shape.map(() => 2) }
    return sketch.step('slice', [sketch.leaf(spread)], attrs)
  },
  (sketch, x) => {
    const inner = x.shape.map((n) => n + 2)
    const within = rearranged(x, inner, (index) => {
      const from = index.map((k) => k - 1)
      return from.every((k, axis) => k >= 0 && k < (x.shape[axis] ?? 0)) ? from : undefined
    })
    const attrs = { start: x.shape.map(() => 1), stop: inner.map((n) => n - 1), step: x.shape.map(() => 1) }
    return sketch.step('slice', [sketch.leaf(within)], attrs)
  },
]

/** A use of a primitive with each input handed on by way of a view. */
function throughViews(primitive: string, { inputs, attrs }: OpCase, coin: number): Program {
  const sketch = new Sketch()
  const values = inputs.map((input, i) => {
    const view = views[(coin + i) % views.length]
    return view === undefined || input.shape.length === 0 ? sketch.leaf(input) : view(sketch, input)
  })
  return sketch.program([sketch.step(primitive, values, attrs)])
}

/** Every primitive on inputs that are views. */
export function viewChecks(): Check[] {
  return primitives
    .filter(({ family }) => family !== 'leaf' && family !== 'flow')
    .map((primitive) => ({
      section: 'views',
      title: `${primitive.name} reads views`,
      primitive: primitive.name,
      run: async (session) => {
        const all = dtypesFor(session, primitive)
        const { quick, runs } = session.settings
        const dtypes = quick ? all.slice(-1) : all
        const cells: Cell[] = []
        for (const dtype of dtypes) {
          let coin = 0
          const each = Math.ceil(runs / 3)
          cells.push(
            await searchUses(
              session,
              primitive,
              dtype,
              (use) => throughViews(primitive.name, use, coin++),
              each,
            ),
          )
        }
        return outcomeOf(cells)
      },
    }))
}
