import type { MatmulKernel } from '@samkit/core/compiler'
import type { KernelList } from './kernel-list.ts'
import { addMatmulVectors, type Product } from './matmul-vectors.ts'
import { type AxisIndex, placeText } from './text/digits.ts'
import { loadText } from './text/load.ts'
import { productLoops, vectorLoops } from './text/reduce.ts'

/** Adds the kernel of matrix products: a thread sums up one element, or four of a row where the mode has vectors. */
export function addMatmul(list: KernelList, { batch, m, k, n, a, b, out }: MatmulKernel): void {
  const [left, right] = [list.reading(a), list.reading(b)]
  const sizes = [...batch, m, n]
  const product: Product = { sizes, k, left, right, out }
  if (addMatmulVectors(list, product) || addFours(list, product)) return
  list.storeGrid(sizes, out, (source, axes) => {
    const [outer, row, column] = split(axes)
    const total = productLoops(source, k, (index) => {
      const inner: AxisIndex = { kind: 'text', text: index }
      const x = loadText(source, left, [...outer, row, inner], 'often')
      const y = loadText(source, right, [...outer, inner, column], 'often')
      return `${x} * ${y}`
    })
    return list.dialect.rounded(total)
  })
}

/** Four neighbours of a row in each thread, which have the row of the left operand in common. */
function addFours(list: KernelList, { sizes, k, left, right, out }: Product): boolean {
  const stored = list.storeFours(sizes, out, true, (source, { each: fours }) => {
    const [outer, row] = split(fours[0] ?? [])
    const none: AxisIndex = { kind: 'none' }
    const places = fours.map((axes) => {
      const column = axes.at(-1) ?? none
      return placeText(source, right.offset, right.strides, [...outer, none, column])
    })
    // In a grid these are whole numbers, and stay so where they have no name: gpu.js would make it a float.
    const isGrid = fours.every((axes) => axes.every(({ kind }) => kind !== 'digit'))
    const columns = isGrid ? places : places.map((place) => source.constant('k', place))
    const stride = right.strides[outer.length] ?? 0
    const y = source.array(right.buffer, 'often')
    return vectorLoops(source, k, 4, (index) => {
      const x = source.constant(
        'x',
        loadText(source, left, [...outer, row, { kind: 'text', text: index }], 'often'),
      )
      return columns.map((column) => `${x} * ${y}[${column} + ${index} * ${stride}]`)
    })
  })
  return stored !== null
}

function split(axes: readonly AxisIndex[]): [AxisIndex[], AxisIndex, AxisIndex] {
  const none: AxisIndex = { kind: 'none' }
  const [row = none, column = none] = axes.slice(-2)
  return [axes.slice(0, -2), row, column]
}
