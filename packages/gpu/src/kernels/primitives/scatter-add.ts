import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { type AxisIndex, indexText, rowMajorStrides } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { sumLoops } from '../text/reduce.ts'
import { wholeOf } from './lines.ts'

/**
 * Adds the kernel of `scatterAdd`. Threads cannot add to what others write, so each looks through all updates on its line
 * for those that name its place: the same order each time, whichever index repeats.
 */
export function addScatterAdd(list: KernelList, { attrs, inputs, output }: PrimitiveKernel): void {
  const [updates, index] = inputs
  if (updates === undefined || index === undefined) return
  const { axis } = attrs as { readonly axis: number }
  const target = wholeOf(output, output.shape)
  if (updates.shape.includes(0)) {
    list.store(output.shape, target, () => '0')
    return
  }
  const data = list.reading(wholeOf(updates, updates.shape))
  const strides = rowMajorStrides(index.shape).map((stride, a) => (index.shape[a] === 1 ? 0 : stride))
  const places = list.reading({ buffer: index.buffer, offset: 0, strides })
  const length = updates.shape[axis] ?? 1
  list.store(output.shape, target, (source, loop) => {
    const place = indexText(source, loop[axis])
    const total = sumLoops(source, [length], ([i = '0']) => {
      const at = loop.map((other, a): AxisIndex => (a === axis ? { kind: 'text', text: i } : other))
      const named = source.constant('k', loadText(source, places, at))
      return `(Math.abs(${named} - ${place}) < 0.5 ? ${loadText(source, data, at)} : 0)`
    })
    return list.dialect.rounded(total)
  })
}
