import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import type { AxisIndex } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { linesOf, wholeOf } from './lines.ts'

/** Adds the kernel of `argmax` or `argmin`: a thread goes along one line. The first of equals wins, the first NaN over all. */
export function addArgExtremum(
  list: KernelList,
  { primitive, attrs, inputs, output }: PrimitiveKernel,
): void {
  const [x] = inputs
  if (x === undefined) return
  const { axes } = attrs as { readonly axes: readonly number[] }
  const { outer, length, inner } = linesOf(x.shape, axes[0] ?? 0)
  const read = list.reading(wholeOf(x, [outer, length, inner]))
  const sign = primitive.name === 'argmax' ? '>' : '<'
  list.store([outer, inner], wholeOf(output, [outer, inner]), (source, [block, row]) => {
    const none: AxisIndex = { kind: 'none' }
    const at = (text: string): string =>
      loadText(source, read, [block ?? none, { kind: 'text', text }, row ?? none])
    const [best, value] = [source.name('k'), source.name('m')]
    source.line(`let ${best} = 0;`)
    source.line(`let ${value} = ${at('0')};`)
    source.loop(length, (i) => {
      const next = source.constant('t', at(i))
      source.when(`${value} === ${value} && (${next} ${sign} ${value} || !(${next} === ${next}))`, () => {
        source.line(`${value} = ${next};`)
        source.line(`${best} = ${i};`)
      })
    })
    return best
  })
}
