import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { Generate } from '../generator.ts'
import { indexingOf, isShared } from './indexing.ts'
import { scatterLines } from './scatter-lines.ts'
import { scatterRows } from './scatter-rows.ts'

/**
 * Updates added into zeros by index, each element in the order of the updates as the reference kernel does it, so that
 * no two threads add to one place and the bits are always the same.
 */
export const generateScatterAdd: Generate<PrimitiveKernel> = (kernel) => {
  const { inputs, attrs, output } = kernel
  const [updates, index] = inputs as readonly [PrimitiveKernel['output'], PrimitiveKernel['output']]
  const { axis } = attrs as { readonly axis: number }
  const shapes = { small: updates.shape, large: output.shape, index: index.shape }
  const indexing = indexingOf(kernel, shapes, axis)
  const places = {
    dtype: output.dtype,
    updates: updates.buffer,
    index: index.buffer,
    output: output.buffer,
  }
  const { outer, inner, small } = indexing
  const wide = small.outer * small.inner >= 4
  return wide && isShared(outer) && isShared(inner)
    ? scatterRows(indexing, places)
    : scatterLines(indexing, places)
}
