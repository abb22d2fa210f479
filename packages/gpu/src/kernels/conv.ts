import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, indexText, placeText } from './text/digits.ts'
import { productLoops, sumLoops } from './text/reduce.ts'
import { quotientOf, type Source } from './text/source.ts'

/** Adds the kernel of a convolution: a thread sums up one element, over taps and channels. */
export function addConv(list: KernelList, { n, c, o, groups, axes, x, w, out }: ConvKernel): void {
  const [input, weights] = [list.reading(x), list.reading(w)]
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
      const [xs, ws] = [source.array(input.buffer), source.array(weights.buffer)]
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

/** The first input channel of the group that an output channel belongs to. */
function firstChannel(source: Source, channel: AxisIndex, c: number, o: number): string {
  return source.constant('g', `${quotientOf(indexText(source, channel), o)} * ${c}`)
}

/** Where the first tap of an output place lies, counted on the dilated input with its padding cut off. */
function startText(source: Source, { stride, low }: ConvAxis, place: AxisIndex): string {
  return source.constant('y', `${indexText(source, place)} * ${stride} - ${low}`.replace('- -', '+ '))
}

interface InputPlace {
  readonly place: string
  /** What holds where it lies inside of the input. */
  readonly tests: readonly string[]
}

/** The input place that a tap reads, and when there is one. */
function inputPlace(source: Source, axis: ConvAxis, start: string, tap: string): InputPlace {
  const { dilation, inputDilation, input, stride, low, output, kernel } = axis
  const reach = (output - 1) * stride + (kernel - 1) * dilation - low
  const at = source.constant('y', `${start} + ${tap} * ${dilation}`)
  if (inputDilation === 1) {
    const tests = [...(low > 0 ? [`${at} >= 0`] : []), ...(reach >= input ? [`${at} < ${input}`] : [])]
    if (tests.length === 0) return { place: at, tests }
    const safe = source.constant('y', `(${tests.join(' && ')} ? ${at} : 0)`)
    return { place: safe, tests }
  }
  const whole = source.constant('y', quotientOf(at, inputDilation))
  const tests = [`${whole} >= 0`, `${whole} < ${input}`, `${whole} * ${inputDilation} >= ${at}`]
  const safe = source.constant('y', `(${tests.join(' && ')} ? ${whole} : 0)`)
  return { place: safe, tests }
}
