import fc from 'fast-check'
import type { Shape } from '../../graph/dtype.ts'
import type { ReduceAttrs } from '../broadcast.ts'
import { type CaseOptions, type Cases, cases, type OpCase } from './op-case.ts'
import { shapes, someAxes } from './shapes.ts'
import { arrays } from './values.ts'

interface AlongAxis {
  readonly axis: number
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

const extremum: Cases = cases<ReduceAttrs>((options) => reductions(options, { empty: false, several: true }))
const position: Cases = cases<ReduceAttrs>((options) => reductions(options, { empty: false, several: false }))

/** Uses of reductions, scans, and sorting. */
export const reductionCases: Readonly<Record<string, Cases>> = {
  max: extremum,
  min: extremum,
  argmax: position,
  argmin: position,
  sum: cases<ReduceAttrs>((options) => reductions(options, { empty: true, several: true })),

  cumsum: cases<AlongAxis & { readonly reverse: boolean }>((options) =>
    alongAxis(options, (axis, reverse) => ({ axis, reverse })),
  ),

  argsort: cases<AlongAxis & { readonly descending: boolean }>((options) =>
    alongAxis(options, (axis, descending) => ({ axis, descending })),
  ),
}
