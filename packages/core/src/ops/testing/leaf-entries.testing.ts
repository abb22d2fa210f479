import type { DType, TensorSpec } from '../../graph/dtype.ts'
import { at } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

const same: Statement = { element: ([x], _, index) => at(x!, index) }

/** Leaves, and primitives that hand their input on. */
export const leafEntries: Readonly<Record<string, Statement>> = {
  constant: entry<TensorSpec & { readonly value: number }>({
    element: (_, { value }) => value,
  }),

  iota: entry<{ readonly size: number; readonly dtype: DType }>({
    element: (_, __, [i = 0]) => i,
  }),

  identity: { ...same, linear: () => [[0]] },
  stopGradient: { ...same, stopsGradient: true },

  barrier: entry({
    element: ([x], _, index) => at(x!, index),
    linear: () => [[0]],
  }),
}
