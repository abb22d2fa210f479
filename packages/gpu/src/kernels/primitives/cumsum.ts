import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { type AxisIndex, indexText } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { sumLoops } from '../text/reduce.ts'
import { linesOf, wholeOf } from './lines.ts'

/** Adds the kernel of `cumsum`: a thread sums up what lies before its place, or after it where the sum runs backwards. */
export function addCumsum(list: KernelList, { attrs, inputs, output }: PrimitiveKernel): void {
  const [x] = inputs
  if (x === undefined) return
  const { axis, reverse } = attrs as { readonly axis: number; readonly reverse: boolean }
  const { outer, length, inner } = linesOf(x.shape, axis)
  const sizes = [outer, length, inner]
  const read = list.reading(wholeOf(x, sizes))
  const none: AxisIndex = { kind: 'none' }
  list.store(sizes, wholeOf(output, sizes), (source, [block = none, at = none, row = none]) => {
    const place = indexText(source, at)
    const total = sumLoops(source, [length], ([i = '0']) => {
      const value = loadText(source, read, [block, { kind: 'text', text: i }, row])
      return `(${i} ${reverse ? '>=' : '<='} ${place} ? ${value} : 0)`
    })
    return list.dialect.rounded(total)
  })
}
