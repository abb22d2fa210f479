import fc from 'fast-check'
import { type DType, dtypes } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Primitive } from '../../graph/tensor.ts'
import { type Cases, cases } from './op-case.ts'
import { broadcastable, each, shapes } from './shapes.ts'
import { smoothValues } from './smooth.ts'
import { arrays, hostArray } from './values.ts'

/** Uses of a primitive of family `unary` or `binary`: shapes that broadcast, and values of its domain. */
export function elementwiseCases(primitive: Primitive): Cases {
  const operands = primitive.family === 'unary' ? 1 : 2
  const smooth = lazily(() => smoothValues(primitive, operands))
  return ({ dtype, smooth: onlySmooth }) =>
    broadcastable(operands).chain((drawn) =>
      each(drawn, (shape, i) =>
        onlySmooth
          ? fc
              .array(fc.constantFrom(...smooth()[i]!), {
                minLength: sizeOf(shape),
                maxLength: sizeOf(shape),
              })
              .map((values) => hostArray(shape, dtype, values))
          : arrays(shape, dtype, 'any'),
      ).map((inputs) => ({ inputs, attrs: {} })),
    )
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Uses of elementwise primitives that are more than a formula of their operands. */
export const otherElementwiseCases: Readonly<Record<string, Cases>> = {
  cast: cases<{ readonly dtype: DType }>(({ dtype, smooth }) =>
    fc
      .tuple(shapes(), smooth ? fc.constant<DType>('f64') : fc.constantFrom(...dtypes))
      .chain(([shape, to]) =>
        arrays(shape, dtype, smooth ? 'smooth' : 'any').map((x) => ({ inputs: [x], attrs: { dtype: to } })),
      ),
  ),

  where: ({ dtype, smooth }) =>
    broadcastable(3).chain(([c = [], a = [], b = []]) => {
      const kind = smooth ? 'smooth' : 'any'
      return fc
        .tuple(arrays(c, 'bool', kind), arrays(a, dtype, kind), arrays(b, dtype, kind))
        .map((inputs) => ({ inputs, attrs: {} }))
    }),
}
