import fc from 'fast-check'
import type { DType, TensorSpec } from '../../graph/dtype.ts'
import { type Cases, cases } from './op-case.ts'
import { shapes } from './shapes.ts'
import { arrays, numbers } from './values.ts'

const same: Cases = ({ dtype, smooth }) =>
  shapes().chain((shape) =>
    arrays(shape, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs: {} })),
  )

/** Uses of leaves, and of primitives that hand their input on. */
export const leafCases: Readonly<Record<string, Cases>> = {
  constant: cases<TensorSpec & { readonly value: number }>(({ dtype }) =>
    fc
      .tuple(shapes(), numbers(dtype))
      .map(([shape, value]) => ({ inputs: [], attrs: { value, shape, dtype } })),
  ),

  iota: cases<{ readonly size: number; readonly dtype: DType }>(({ dtype }) =>
    fc.nat({ max: 40 }).map((size) => ({ inputs: [], attrs: { size, dtype } })),
  ),

  identity: same,
  stopGradient: same,

  barrier: ({ dtype, smooth }) => {
    const operand = shapes({ limit: 12 }).chain((shape) => arrays(shape, dtype, smooth ? 'smooth' : 'any'))
    return fc.tuple(operand, operand).map((inputs) => ({ inputs, attrs: {} }))
  },
}
