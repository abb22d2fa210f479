import type { DType, HostArray } from '../../graph/dtype.ts'
import type { Primitive } from '../../graph/tensor.ts'
import { formulas } from './formulas.testing.ts'
import { broadcastAt } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

/** The statement of a primitive of family `unary` or `binary`, made from its formula; undefined where there is none. */
export function elementwiseStatement(primitive: Primitive): Statement | undefined {
  const formula = formulas[primitive.name]
  if (formula === undefined) return undefined
  const { real, whole, linear = [], ...accuracy } = formula
  return {
    ...accuracy,
    element: (inputs, _, index) => {
      const values = inputs.map((x) => broadcastAt(x, index))
      return whole !== undefined && inputs[0]?.dtype === 'i32'
        ? whole(...values.map(BigInt))
        : real(...values)
    },
    linear: () => linear,
  }
}

/** Elementwise primitives that are more than a formula of their operands. */
export const elementwiseEntries: Readonly<Record<string, Statement>> = {
  cast: entry<{ readonly dtype: DType }>({
    element: ([x], { dtype }, index) => converted(broadcastAt(x!, index), dtype),
    linear: () => [[0]],
  }),

  where: entry({
    element: ([c, a, b], _, index) => broadcastAt(broadcastAt(c!, index) === 1 ? a! : b!, index),
    linear: () => [[1, 2]],
  }),
}

function converted(value: number, dtype: HostArray['dtype']): number {
  if (dtype === 'bool') return value === 0 ? 0 : 1
  if (dtype !== 'i32') return value
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 31) return 2 ** 31 - 1
  if (value <= -(2 ** 31)) return -(2 ** 31)
  return value < 0 ? -Math.floor(-value) : Math.floor(value)
}
