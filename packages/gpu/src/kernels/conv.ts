import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import { type AxisIndex, indexText } from './digits.ts'
import type { KernelList } from './kernel-list.ts'
import { loadText } from './load.ts'
import { sumLoops } from './reduce.ts'
import { quotientOf, type Source } from './source.ts'

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
    const total = sumLoops(source, [...taps, c], (indices) => {
      const tap = indices.slice(0, -1)
      const [inner = '0'] = indices.slice(-1)
      const at = axes.map((axis, i) => inputPlace(source, axis, starts[i] ?? '0', tap[i] ?? '0'))
      const from: AxisIndex = { kind: 'text', text: first === null ? inner : `(${first} + ${inner})` }
      const spatial = at.map(({ place }): AxisIndex => ({ kind: 'text', text: place }))
      const own = tap.map((text): AxisIndex => ({ kind: 'text', text }))
      const left = loadText(source, input, [image, from, ...spatial])
      const right = loadText(source, weights, [channel, { kind: 'text', text: inner }, ...own])
      const tests = at.flatMap(({ tests }) => tests)
      if (tests.length === 0) return `${left} * ${right}`
      return `(${tests.join(' && ')} ? ${left} * ${right} : 0)`
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
