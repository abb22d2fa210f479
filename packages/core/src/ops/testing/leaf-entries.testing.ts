import fc from 'fast-check'
import type { DType, TensorSpec } from '../../graph/dtype.ts'
import { at } from './nd.testing.ts'
import { entry, type OpEntry } from './op-case.testing.ts'
import { shapes } from './shapes.testing.ts'
import { arrays, numbers } from './values.testing.ts'

const same: OpEntry = {
  cases: ({ dtype, smooth }) =>
    shapes().chain((shape) =>
      arrays(shape, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs: {} })),
    ),
  element: ([x], _, index) => at(x!, index),
}

/** Leaves, and primitives that hand their input on. */
export const leafEntries: Readonly<Record<string, OpEntry>> = {
  constant: entry<TensorSpec & { readonly value: number }>({
    cases: ({ dtype }) =>
      fc
        .tuple(shapes(), numbers(dtype))
        .map(([shape, value]) => ({ inputs: [], attrs: { value, shape, dtype } })),
    element: (_, { value }) => value,
  }),

  iota: entry<{ readonly size: number; readonly dtype: DType }>({
    cases: ({ dtype }) => fc.nat({ max: 40 }).map((size) => ({ inputs: [], attrs: { size, dtype } })),
    element: (_, __, [i = 0]) => i,
  }),

  identity: { ...same, linear: () => [[0]] },
  stopGradient: { ...same, stopsGradient: true },

  barrier: entry({
    cases: ({ dtype, smooth }) => {
      const operand = shapes({ limit: 12 }).chain((shape) => arrays(shape, dtype, smooth ? 'smooth' : 'any'))
      return fc.tuple(operand, operand).map((inputs) => ({ inputs, attrs: {} }))
    },
    element: ([x], _, index) => at(x!, index),
    linear: () => [[0]],
  }),
}
