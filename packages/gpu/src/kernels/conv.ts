import type { Access, ConvKernel } from '@samkit/core/compiler'
import { addConvFours } from './conv-fours.ts'
import { firstChannel, inputPlace, startText } from './conv-places.ts'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, placeText } from './text/digits.ts'
import { productLoops, sumLoops } from './text/reduce.ts'

/** Adds the kernel of a convolution: a thread sums up one element, over taps and channels, or four neighbours where that goes. */
export function addConv(list: KernelList, kernel: ConvKernel): void {
  const [input, weights] = [list.reading(kernel.x), list.reading(kernel.w)]
  if (!addConvFours(list, kernel, input, weights)) addConvOnes(list, kernel, input, weights)
}

function addConvOnes(
  list: KernelList,
  { n, c, o, groups, axes, out }: ConvKernel,
  input: Access,
  weights: Access,
): void {
  const none: AxisIndex = { kind: 'none' }
  const outputs = axes.map(({ output }) => output)
  list.store([n, groups * o, ...outputs], out, (source, loop) => {
    const [image = none, channel = none, ...places] = loop
    const first = groups === 1 ? null : firstChannel(source, channel, c, o)
    const taps = axes.map(({ kernel }) => kernel)
    const starts = axes.map((axis, i) => startText(source, axis, places[i] ?? none))
    const total = sumLoops(source, taps, (tap) => {
      const at = axes.map((axis, i) => inputPlace(source, axis, starts[i] ?? '0', tap[i] ?? '0'))
      const spatial = at.map(({ place }): AxisIndex => ({ kind: 'text', text: place }))
      const own = tap.map((text): AxisIndex => ({ kind: 'text', text }))
      const zero: AxisIndex = { kind: 'none' }
      const from: AxisIndex = first === null ? zero : { kind: 'text', text: first }
      // Where the channels of this tap begin; what is added in the innermost loop is the channel alone.
      const left = source.constant(
        'x',
        placeText(source, input.offset, input.strides, [image, from, ...spatial]),
      )
      const right = source.constant(
        'w',
        placeText(source, weights.offset, weights.strides, [channel, zero, ...own]),
      )
      const [xs, ws] = [source.array(input.buffer, 'often'), source.array(weights.buffer, 'often')]
      const [xStride = 0, wStride = 0] = [input.strides[1], weights.strides[1]]
      const sum = (): string =>
        productLoops(
          source,
          c,
          (i) => `${xs}[${left} + ${i} * ${xStride}] * ${ws}[${right} + ${i} * ${wStride}]`,
        )
      const tests = at.flatMap(({ tests: inside }) => inside)
      if (tests.length === 0) return sum()
      const result = source.name('s')
      source.line(`let ${result} = 0;`)
      source.when(tests.join(' && '), () => source.line(`${result} = ${sum()};`))
      return result
    })
    return list.dialect.rounded(total)
  })
}
