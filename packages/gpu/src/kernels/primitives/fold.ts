import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { type AxisIndex, indexText } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { sumLoops } from '../text/reduce.ts'
import { quotientOf } from '../text/source.ts'
import { wholeOf } from './lines.ts'

interface FoldAttrs {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly dilation: readonly number[]
}

/** Adds the kernel of `fold`: a thread sums up, over the places in a window, the windows that lie on its element there. */
export function addFold(list: KernelList, { attrs, inputs, output }: PrimitiveKernel): void {
  const [x] = inputs
  if (x === undefined) return
  const { size, stride, dilation } = attrs as FoldAttrs
  const axes = size.length
  const fixed = output.shape.length - axes
  const counts = x.shape.slice(fixed, fixed + axes)
  const read = list.reading(wholeOf(x, x.shape))
  list.store(output.shape, wholeOf(output, output.shape), (source, loop) => {
    const places = loop.slice(fixed).map((axis) => indexText(source, axis))
    const total = sumLoops(source, size, (taps) => {
      const tests: string[] = []
      const windows = places.map((place, i): AxisIndex => {
        const [step = 1, count = 1] = [stride[i], counts[i]]
        const from = source.constant('y', `${place} - ${taps[i] ?? '0'} * ${dilation[i] ?? 1}`)
        const window = step === 1 ? from : source.constant('y', quotientOf(from, step))
        const inside = [`${window} >= 0`, `${window} < ${count}`]
        if (step !== 1) inside.push(`${window} * ${step} >= ${from}`)
        tests.push(...inside)
        return { kind: 'text', text: source.constant('y', `(${inside.join(' && ')} ? ${window} : 0)`) }
      })
      const own = taps.map((text): AxisIndex => ({ kind: 'text', text }))
      const value = loadText(source, read, [...loop.slice(0, fixed), ...windows, ...own])
      return tests.length === 0 ? value : `(${tests.join(' && ')} ? ${value} : 0)`
    })
    return list.dialect.rounded(total)
  })
}
