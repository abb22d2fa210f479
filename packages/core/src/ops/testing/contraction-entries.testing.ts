import type { DType } from '../../graph/dtype.ts'
import type { ConvAttrs } from '../conv.ts'
import { at, positions, total } from './nd.testing.ts'
import { entry, type Statement } from './op-case.testing.ts'

const bilinear = (): readonly (readonly number[])[] => [[0], [1]]

function product(dtype: DType, a: readonly number[], b: readonly number[]): number | bigint {
  if (dtype === 'i32') return a.reduce((sum, x, i) => sum + BigInt(x) * BigInt(b[i]!), 0n)
  return total(
    dtype,
    a.map((x, i) => x * b[i]!),
  )
}

/** Sums of products. */
export const contractionEntries: Readonly<Record<string, Statement>> = {
  matmul: entry({
    element: ([a, b], _, index) => {
      const batch = index.slice(0, -2)
      const [row = 0, column = 0] = index.slice(-2)
      const inner = Array.from({ length: a!.shape.at(-1)! }, (__, l) => l)
      return product(
        a!.dtype,
        inner.map((l) => at(a!, [...batch, row, l])),
        inner.map((l) => at(b!, [...batch, l, column])),
      )
    },
    linear: bilinear,
  }),

  conv: entry<ConvAttrs>({
    element: ([x, w], { stride, padding, dilation, inputDilation, groups }, index) => {
      const [n = 0, o = 0, ...place] = index
      const [outputs = 0, perGroup = 0, ...kernel] = w!.shape
      const group = Math.floor(o / (outputs / groups))
      const left: number[] = []
      const right: number[] = []
      for (const [c = 0, ...tap] of positions([perGroup, ...kernel])) {
        const from = place.map(
          (p, i) => (p * stride[i]! + tap[i]! * dilation[i]! - padding[i]![0]) / inputDilation[i]!,
        )
        if (!from.every((i, axis) => Number.isInteger(i) && i >= 0 && i < x!.shape[axis + 2]!)) continue
        left.push(at(x!, [n, group * perGroup + c, ...from]))
        right.push(at(w!, [o, c, ...tap]))
      }
      return product(x!.dtype, left, right)
    },
    linear: bilinear,
  }),
}
