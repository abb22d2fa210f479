import { allocate } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { resolveAxis, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { cast } from './cast.ts'
import { checkFlag, checkOptions, checkTensor } from './check.ts'
import { defineOp, type Op } from './define.ts'

const cumsumPrimitive: Primitive<readonly [Tensor], { readonly axis: number; readonly reverse: boolean }> = {
  name: 'cumsum',
  family: 'scan',
  infer: ([x]) => {
    if (x.dtype === 'bool') throw new OpError('cumsum', 'needs numbers, got bool')
    return { shape: x.shape, dtype: x.dtype }
  },
  vjp: (ct, _, { axis, reverse }) => [cumsum(ct, { axis, reverse: !reverse })],
  jvp: ([t], _, attrs) => cumsum(t as Tensor, attrs),
  reference: ([x], { axis, reverse }, output) => {
    const out = allocate(output.dtype, x.data.length)
    const length = x.shape[axis]!
    const inner = sizeOf(x.shape.slice(axis + 1))
    const lines = length === 0 ? 0 : x.data.length / length
    for (let line = 0; line < lines; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner)
      let total = 0
      for (let k = 0; k < length; k++) {
        const at = start + (reverse ? length - 1 - k : k) * inner
        total += x.data[at]!
        out[at] = total
      }
    }
    return out
  },
}

/** Which way a running sum goes. */
export interface CumsumOptions {
  /** The axis to run along; negative ones count from the end. */
  readonly axis: number
  /** Sum from the end backwards. Default false. */
  readonly reverse?: boolean
}

/** Running sums along `axis`: element `i` is the sum of elements `0` to `i`. Booleans are counted, in `i32`. */
export const cumsum: Op<[x: Tensor, options: CumsumOptions]> = defineOp(
  cumsumPrimitive,
  (apply) => (x, options) => {
    checkTensor('cumsum', x)
    checkOptions('cumsum', options, ['axis', 'reverse'])
    const { axis, reverse = false } = options
    checkFlag('cumsum', 'reverse', reverse)
    const counted = x.dtype === 'bool' ? cast(x, 'i32') : x
    return apply([counted], { axis: resolveAxis('cumsum', axis, x.rank), reverse })
  },
)
