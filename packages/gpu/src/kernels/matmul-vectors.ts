import type { Access } from '@samkit/core/compiler'
import type { KernelList } from './kernel-list.ts'
import { type AxisIndex, linearText } from './text/digits.ts'
import { loadText, readsVectors, vectorText } from './text/load.ts'
import { vectorLoops } from './text/reduce.ts'

const four = [0, 1, 2, 3] as const

const text = (own: string): AxisIndex => ({ kind: 'text', text: own })

/** A matrix product of `sizes`, the last two its rows and columns, over `k` pairs, of values that are there. */
export interface Product {
  readonly sizes: readonly number[]
  readonly k: number
  readonly left: Access
  readonly right: Access
  readonly out: Access
}

/**
 * Adds a matrix product that reads vectors: a round adds up 16 products of
 * four neighbours of a row, from one vector of the left operand and four of the right one. Those may lie along rows or
 * columns, since gradients multiply by transposed operands. False where the mode or the operands do not let it.
 */
export function addMatmulVectors(list: KernelList, { sizes, k, left, right, out }: Product): boolean {
  const [rows, columns] = [sizes.length - 2, sizes.length - 1]
  const isVector = (access: Access, axis: number): boolean =>
    readsVectors(access, axis, list.countOf(access.buffer))
  const along = isVector(right, columns) ? columns : isVector(right, rows) ? rows : null
  if (list.dialect.vectors !== 'packed' || k % 4 !== 0 || along === null) return false
  const isLeftVector = isVector(left, columns)
  const stored = list.storeFours(sizes, out, true, (source, { each, quarter }) => {
    const place = quarter.slice(0, -1)
    const outer = place.slice(0, -1)
    return vectorLoops(
      source,
      k / 4,
      4,
      (index) => {
        const inner = four.map((i) => text(linearText(index, 4, i)))
        const vector = (axes: readonly AxisIndex[]): string =>
          source.constant('y', vectorText(source, right, axes, along))
        const x = isLeftVector
          ? components(source.constant('x', vectorText(source, left, [...place, text(index)], columns)))
          : inner.map((at) => source.constant('x', loadText(source, left, [...place, at], 'often')))
        if (along === columns) {
          const y = inner.map((at) => vector([...outer, at, ...quarter.slice(-1)]))
          return four.map((i) => x.map((own, j) => `${own} * ${y[j]}[${i}]`).join(' + '))
        }
        const y = each.map((axes) => vector([...outer, text(index), ...axes.slice(-1)]))
        return y.map((own) => x.map((left, j) => `${left} * ${own}[${j}]`).join(' + '))
      },
      1,
    )
  })
  return stored !== null
}

const components = (vector: string): string[] => four.map((i) => `${vector}[${i}]`)
