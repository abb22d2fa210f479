import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { type AxisIndex, indexText } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { linesOf, wholeOf } from './lines.ts'

/**
 * Adds the kernels of `argsort`, without swaps, which threads that write one number cannot do: the first counts for every
 * element those that come before it, the second finds for every place the element with that count.
 */
export function addArgsort(list: KernelList, { attrs, inputs, output }: PrimitiveKernel): void {
  const [x] = inputs
  if (x === undefined) return
  const { axis, descending } = attrs as { readonly axis: number; readonly descending: boolean }
  const { outer, length, inner } = linesOf(x.shape, axis)
  const sizes = [outer, length, inner]
  const read = list.reading(wholeOf(x, sizes))
  const none: AxisIndex = { kind: 'none' }
  const along = ([block = none, , row = none]: readonly AxisIndex[], text: string): AxisIndex[] => [
    block,
    { kind: 'text', text },
    row,
  ]
  const ranks = list.temporary(sizes, (source, axes) => {
    const own = source.constant('t', loadText(source, read, axes))
    const place = indexText(source, axes[1])
    const count = source.name('c')
    source.line(`let ${count} = 0;`)
    source.loop(length, (i) => {
      const other = source.constant('t', loadText(source, read, along(axes, i)))
      // NaN comes after all numbers, or before where the largest come first; among equals the order stays.
      const nanText = (value: string): string => `(${value} === ${value} ? 0 : 1)`
      const [ownNaN, otherNaN] = [source.constant('n', nanText(own)), source.constant('n', nanText(other))]
      const [low, high] = descending ? [own, other] : [other, own]
      const [lowNaN, highNaN] = descending ? [ownNaN, otherNaN] : [otherNaN, ownNaN]
      const before = source.constant('n', `(${low} < ${high} || ${lowNaN} < ${highNaN} ? 1 : 0)`)
      const after = source.constant('n', `(${high} < ${low} || ${highNaN} < ${lowNaN} ? 1 : 0)`)
      source.when(`${before} > 0.5 || (${after} < 0.5 && ${i} < ${place})`, () =>
        source.line(`${count} += 1;`),
      )
    })
    return count
  })
  list.store(sizes, wholeOf(output, sizes), (source, axes) => {
    const place = indexText(source, axes[1])
    const found = source.name('k')
    source.line(`let ${found} = 0;`)
    source.loop(length, (i) => {
      const rank = source.constant('t', loadText(source, ranks, along(axes, i)))
      source.when(`Math.abs(${rank} - ${place}) < 0.5`, () => source.line(`${found} = ${i};`))
    })
    return found
  })
}
