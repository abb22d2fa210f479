import { allocate } from '../graph/dtype.ts'
import { resolveAxis, sizeOf } from '../graph/shape.ts'
import type { Primitive, Tensor } from '../graph/tensor.ts'
import { checkFlag, checkOptions, checkTensor } from './check.ts'
import { defineOp, type Op } from './define.ts'
import { fullLike } from './leaves.ts'

const argsortPrimitive: Primitive<
  readonly [Tensor],
  { readonly axis: number; readonly descending: boolean }
> = {
  name: 'argsort',
  family: 'indexing',
  infer: ([x]) => ({ shape: x.shape, dtype: 'i32' }),
  vjp: () => [null],
  jvp: (_, __, ___, y) => fullLike(y, 0),
  reference: ([x], { axis, descending }, output) => {
    const out = allocate(output.dtype, x.data.length)
    const length = x.shape[axis]!
    const inner = sizeOf(x.shape.slice(axis + 1))
    const lines = length === 0 ? 0 : x.data.length / length
    for (let line = 0; line < lines; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner)
      const order = Array.from({ length }, (_, k) => k)
      const valueAt = (k: number): number => x.data[start + k * inner]!
      order.sort((i, j) => (descending ? compare(valueAt(j), valueAt(i)) : compare(valueAt(i), valueAt(j))))
      for (let k = 0; k < length; k++) out[start + k * inner] = order[k]!
    }
    return out
  },
}

/** Numbers in order, NaN after all of them. */
function compare(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** Along which axis to sort, and which way. */
export interface SortOptions {
  /** The axis to sort along; negative ones count from the end. Default -1. */
  readonly axis?: number
  /** Largest first. Default false. */
  readonly descending?: boolean
}

/**
 * The indices (`i32`) that would sort `x` along `axis`. Stable: equal elements keep their order, whichever way it
 * sorts. NaN counts as larger than every number, as in PyTorch.
 */
export const argsort: Op<[x: Tensor, options?: SortOptions]> = defineOp(
  argsortPrimitive,
  (apply) =>
    (x, options = {}) => {
      checkTensor('argsort', x)
      checkOptions('argsort', options, ['axis', 'descending'])
      const { axis = -1, descending = false } = options
      checkFlag('argsort', 'descending', descending)
      return apply([x], { axis: resolveAxis('argsort', axis, x.rank), descending })
    },
)
