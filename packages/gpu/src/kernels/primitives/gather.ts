import type { PrimitiveKernel } from '@samkit/core/compiler'
import type { KernelList } from '../kernel-list.ts'
import { type AxisIndex, rowMajorStrides } from '../text/digits.ts'
import { loadText } from '../text/load.ts'
import { wholeOf } from './lines.ts'

/** Adds the kernel of `gather`: a thread reads its index, and the element there. */
export function addGather(list: KernelList, { attrs, inputs, output }: PrimitiveKernel): void {
  const [x, index] = inputs
  if (x === undefined || index === undefined) return
  const { axis } = attrs as { readonly axis: number }
  const data = list.reading(wholeOf(x, x.shape))
  const strides = rowMajorStrides(index.shape).map((stride, a) => (index.shape[a] === 1 ? 0 : stride))
  const places = list.reading({ buffer: index.buffer, offset: 0, strides })
  list.store(output.shape, wholeOf(output, output.shape), (source, loop) => {
    const size = x.shape[axis] ?? 1
    const named = source.constant('k', loadText(source, places, loop))
    // One out of range is told of after the run; until then it must not read past the array.
    const chosen = source.constant('k', `(${named} >= 0 && ${named} < ${size} ? ${named} : 0)`)
    const at = loop.map((own, a): AxisIndex => (a === axis ? { kind: 'text', text: chosen } : own))
    return source.constant('t', loadText(source, data, at))
  })
}
