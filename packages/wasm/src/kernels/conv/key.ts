import type { ConvKernel } from '@samkit/core/compiler'

/** A convolution without the buffers it is on: equal for those that one function can compute. */
export function keyOf({ dtype, n, c, o, groups, axes, x, w, out }: ConvKernel): string {
  const sizes = axes.map((axis) =>
    [axis.input, axis.kernel, axis.output, axis.stride, axis.low, axis.dilation, axis.inputDilation].join(),
  )
  const accesses = [x, w, out].map(({ offset, strides }) => `${offset}:${strides.join()}`)
  return [dtype, n, c, o, groups, ...sizes, ...accesses].join(' ')
}
