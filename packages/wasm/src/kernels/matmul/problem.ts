import type { MatmulKernel } from '@samkit/core/compiler'
import { type Lanes, lanesOf, type Numeric } from '../gemm/lanes.ts'
import type { Features } from '../generator.ts'

/** Where an operand lies: bytes from its buffer's start, and between places along the batch axes and its own two. */
export interface Layout {
  readonly offset: number
  readonly batch: readonly number[]
  readonly row: number
  readonly column: number
}

/** A matrix product with its strides in bytes and as few batch axes as describe it. */
export interface Problem {
  readonly lanes: Lanes
  readonly batch: readonly number[]
  readonly m: number
  readonly k: number
  readonly n: number
  readonly a: Layout
  readonly b: Layout
  readonly out: Layout
}

/**
 * The kernel in bytes. Batch axes that follow one another in all operands become one; the last of them becomes part of
 * `m` where the right operand is the same for all of it. The order of the outer iterations, batch times `m`, stays.
 */
export function problemOf(kernel: MatmulKernel, features: Features): Problem {
  const { dtype } = kernel
  if (dtype === 'bool') throw new Error('samkit: matmul needs numbers, got bool')
  for (const { bounds } of [kernel.a, kernel.b, kernel.out]) {
    if (bounds !== undefined && bounds.length > 0) {
      throw new Error('samkit: matmul cannot read through padding; please report this')
    }
  }
  const lanes = lanesOf(dtype satisfies Numeric, features)
  const layout = ({ offset, strides }: MatmulKernel['a']): Layout => {
    const bytes = strides.map((stride) => stride * lanes.bytes)
    const [row = 0, column = 0] = bytes.slice(-2)
    return { offset: offset * lanes.bytes, batch: bytes.slice(0, -2), row, column }
  }
  const { batch, m, k, n } = kernel
  const [a, b, out] = [layout(kernel.a), layout(kernel.b), layout(kernel.out)]
  return joined({ lanes, batch, m, k, n, a, b, out })
}

function joined(problem: Problem): Problem {
  const operands = [problem.a, problem.b, problem.out]
  const sizes: number[] = []
  const strides: number[][] = operands.map(() => [])
  for (const [axis, size] of problem.batch.entries()) {
    if (size === 1) continue
    const here = operands.map(({ batch }) => batch[axis] ?? 0)
    const last = sizes.length - 1
    const follows = here.every((stride, i) => strides[i]?.[last] === stride * size)
    if (last >= 0 && follows) {
      sizes[last] = (sizes[last] ?? 1) * size
      for (const [i, stride] of here.entries()) (strides[i] as number[])[last] = stride
    } else {
      sizes.push(size)
      for (const [i, stride] of here.entries()) strides[i]?.push(stride)
    }
  }
  const [a = [], b = [], out = []] = strides
  return rowsOfBatch({
    ...problem,
    batch: sizes,
    a: { ...problem.a, batch: a },
    b: { ...problem.b, batch: b },
    out: { ...problem.out, batch: out },
  })
}

/** Takes the last batch axis into `m`, as often as the right operand does not move along it and the others go on. */
function rowsOfBatch(problem: Problem): Problem {
  const { batch, m, a, b, out } = problem
  const size = batch.at(-1)
  if (size === undefined || b.batch.at(-1) !== 0) return problem
  // A single row can take any stride of the batch axis.
  const goesOn = ({ batch: strides, row }: Layout): boolean => m === 1 || strides.at(-1) === m * row
  if (!goesOn(a) || !goesOn(out)) return problem
  const less = (layout: Layout): Layout => ({ ...layout, batch: layout.batch.slice(0, -1) })
  const longer = (layout: Layout): Layout => ({
    ...less(layout),
    row: m === 1 ? (layout.batch.at(-1) ?? 0) : layout.row,
  })
  return rowsOfBatch({
    ...problem,
    batch: batch.slice(0, -1),
    m: m * size,
    a: longer(a),
    b: less(b),
    out: longer(out),
  })
}
