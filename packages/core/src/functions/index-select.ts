import { OpError } from '../graph/errors.ts'
import { resolveAxis } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkTensor } from '../ops/check.ts'
import { gather } from '../ops/gather.ts'
import { reshape } from '../ops/reshape.ts'

/**
 * The elements of `x` along `axis` that `index` (`i32`) names, in its order; repetitions allowed. A vector of indices
 * keeps the axis, a scalar drops it, and an index of more axes puts them in its place: `[V, D]` selected along axis 0
 * by `[B, T]` is `[B, T, D]`, which is an embedding.
 *
 * @throws OpError when the index is not `i32`; RunError, when it runs, if an index is out of range.
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  checkTensor('indexSelect', x, index)
  const along = resolveAxis('indexSelect', axis, x.rank)
  if (index.dtype !== 'i32') {
    const cure = index.dtype === 'bool' ? 'use where() to mask' : "cast it with .cast('i32')"
    throw new OpError('indexSelect', `the index must be i32, got ${index.dtype}; ${cure}`)
  }
  const line = reshape(
    index,
    x.shape.map((_, a) => (a === along ? index.size : 1)),
  )
  return reshape(gather(x, along, line), x.shape.toSpliced(along, 1, ...index.shape))
}
