import fc from 'fast-check'
import { type DType, dtypes, type HostArray } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Primitive } from '../../graph/tensor.ts'
import { formulas } from './formulas.testing.ts'
import { broadcastAt } from './nd.testing.ts'
import { entry, type OpEntry } from './op-case.testing.ts'
import { broadcastable, each, shapes } from './shapes.testing.ts'
import { smoothValues } from './smooth.testing.ts'
import { arrays, hostArray } from './values.testing.ts'

/** The entry of a primitive of family `unary` or `binary`, made from its formula; undefined where there is none. */
export function elementwiseEntry(primitive: Primitive): OpEntry | undefined {
  const formula = formulas[primitive.name]
  if (formula === undefined) return undefined
  const { real, whole, linear = [], ...accuracy } = formula
  const operands = primitive.family === 'unary' ? 1 : 2
  const smooth = lazily(() => smoothValues(primitive, operands))
  return {
    ...accuracy,
    cases: (options) =>
      broadcastable(operands).chain((drawn) =>
        each(drawn, (shape, i) =>
          options.smooth
            ? fc
                .array(fc.constantFrom(...smooth()[i]!), {
                  minLength: sizeOf(shape),
                  maxLength: sizeOf(shape),
                })
                .map((values) => hostArray(shape, options.dtype, values))
            : arrays(shape, options.dtype, 'any'),
        ).map((inputs) => ({ inputs, attrs: {} })),
      ),
    element: (inputs, _, index) => {
      const values = inputs.map((x) => broadcastAt(x, index))
      return whole !== undefined && inputs[0]?.dtype === 'i32'
        ? whole(...values.map(BigInt))
        : real(...values)
    },
    linear: () => linear,
  }
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Elementwise primitives that are more than a formula of their operands. */
export const elementwiseEntries: Readonly<Record<string, OpEntry>> = {
  cast: entry<{ readonly dtype: DType }>({
    cases: ({ dtype, smooth }) =>
      fc
        .tuple(shapes(), smooth ? fc.constant<DType>('f64') : fc.constantFrom(...dtypes))
        .chain(([shape, to]) =>
          arrays(shape, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs: { dtype: to } })),
        ),
    element: ([x], { dtype }, index) => converted(broadcastAt(x!, index), dtype),
    linear: () => [[0]],
  }),

  where: entry({
    cases: ({ dtype, smooth }) =>
      broadcastable(3).chain(([c = [], a = [], b = []]) => {
        const kind = smooth ? 'smooth' : 'any'
        return fc
          .tuple(arrays(c, 'bool', kind), arrays(a, dtype, kind), arrays(b, dtype, kind))
          .map((inputs) => ({ inputs, attrs: {} }))
      }),
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
