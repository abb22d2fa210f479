import type { DType } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { cast } from '../ops/cast.ts'
import { checkDtype, checkOptions, checkTensor } from '../ops/check.ts'
import { scatterAdd } from '../ops/gather.ts'
import { constant } from '../ops/leaves.ts'
import { checkWhole } from './arguments.ts'
import { unsqueeze } from './axes.ts'

/** Options of `oneHot`. */
export interface OneHotOptions {
  /** Default `f32`. */
  readonly dtype?: DType
}

/**
 * For every index (`i32`) a row of `depth` zeros with a 1 at its place: `[…]` becomes `[…, depth]`.
 *
 * @throws OpError when the indices are not `i32` or `depth` is no whole number of at least 1; RunError, when it runs,
 * if an index is not from 0 to `depth - 1`.
 */
export function oneHot(indices: Tensor, depth: number, options: OneHotOptions = {}): Tensor {
  checkTensor('oneHot', indices)
  checkOptions('oneHot', options, ['dtype'])
  const { dtype = 'f32' } = options
  if (indices.dtype !== 'i32') {
    throw new OpError('oneHot', `the indices must be i32, got ${indices.dtype}; cast them with .cast('i32')`)
  }
  checkWhole('oneHot', 'depth', depth, 1)
  checkDtype('oneHot', dtype)
  // Scattering checks the indices; comparing with 0, 1, 2, … would give a wrong label a silent row of zeros.
  const places = unsqueeze(indices, -1)
  const hot = constant(1, places.shape, dtype === 'bool' ? 'i32' : dtype)
  return cast(scatterAdd(hot, places, -1, depth), dtype)
}
