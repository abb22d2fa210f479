import type { ConvAxis } from '@samkit/core/compiler'
import { type AxisIndex, indexText } from './text/digits.ts'
import { quotientOf, type Source } from './text/source.ts'

/** The first input channel of the group that an output channel belongs to. */
export function firstChannel(source: Source, channel: AxisIndex, c: number, o: number): string {
  return source.constant('g', `${quotientOf(indexText(source, channel), o)} * ${c}`)
}

/** Where the first tap of an output place lies, counted on the dilated input with its padding cut off. */
export function startText(source: Source, { stride, low }: ConvAxis, place: AxisIndex): string {
  return source.constant('y', `${indexText(source, place)} * ${stride} - ${low}`.replace('- -', '+ '))
}

/** An input place along one axis. */
export interface InputPlace {
  readonly place: string
  /** What holds where it lies inside of the input. */
  readonly tests: readonly string[]
}

/** The input place that a tap reads, and when there is one. */
export function inputPlace(source: Source, axis: ConvAxis, start: string, tap: string): InputPlace {
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
