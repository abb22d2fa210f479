import type { Access, ConvAxis, ConvKernel } from '@samkit/core/compiler'

const trivial: ConvAxis = {
  input: 1,
  kernel: 1,
  output: 1,
  stride: 1,
  low: 0,
  dilation: 1,
  inputDilation: 1,
}

/** Whether each output along the axis is made of the one input at its place. */
function pointwise({ input, kernel, output, stride, low, inputDilation }: ConvAxis): boolean {
  return kernel === 1 && stride === 1 && low === 0 && inputDilation === 1 && input === output
}

/** An access with the strides of its spatial axes exchanged. */
function withStrides(access: Access, spatial: readonly number[]): Access {
  return { ...access, strides: [...access.strides.slice(0, 2), ...spatial] }
}

/**
 * The same convolution along two axes at least, where axes that nothing slides along are one where they are adjacent in
 * memory: a 1×1 convolution of planes is one of rows.
 */
export function simplify(kernel: ConvKernel): ConvKernel {
  const axes = [...kernel.axes]
  const [x, w, out] = [kernel.x, kernel.w, kernel.out].map((access) => access.strides.slice(2)) as [
    number[],
    number[],
    number[],
  ]
  for (let i = axes.length - 2; i >= 0; i--) {
    const [first, second] = [axes[i] ?? trivial, axes[i + 1] ?? trivial]
    const size = second.input
    const joined =
      pointwise(first) &&
      pointwise(second) &&
      (first.input === 1 || (x[i] === (x[i + 1] ?? 0) * size && out[i] === (out[i + 1] ?? 0) * size))
    if (!joined) continue
    const length = first.input * size
    axes.splice(i, 2, { ...trivial, input: length, output: length })
    for (const strides of [x, w, out]) strides.splice(i, 1)
  }
  while (axes.length < 2) {
    axes.unshift(trivial)
    for (const strides of [x, w, out]) strides.unshift(0)
  }
  return {
    ...kernel,
    axes,
    x: withStrides(kernel.x, x),
    w: withStrides(kernel.w, w),
    out: withStrides(kernel.out, out),
  }
}
