import type { MatmulKernel } from '@samkit/core/compiler'
import type { AxisIndex } from './digits.ts'
import type { KernelList } from './kernel-list.ts'
import { loadText } from './load.ts'
import { productLoops } from './reduce.ts'

/** Adds the kernel of matrix products: a thread sums up one element. */
export function addMatmul(list: KernelList, { batch, m, k, n, a, b, out }: MatmulKernel): void {
  const [left, right] = [list.reading(a), list.reading(b)]
  const rank = batch.length
  const none: AxisIndex = { kind: 'none' }
  list.storeGrid([...batch, m, n], out, (source, axes) => {
    const outer = axes.slice(0, rank)
    const [row = none, column = none] = axes.slice(rank)
    const total = productLoops(source, k, (index) => {
      const inner: AxisIndex = { kind: 'text', text: index }
      const x = loadText(source, left, [...outer, row, inner])
      const y = loadText(source, right, [...outer, inner, column])
      return `${x} * ${y}`
    })
    return list.dialect.rounded(total)
  })
}
