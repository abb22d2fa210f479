import { tileColumns, tileRows } from '../gemm/tile.ts'
import { type Dots, dotsOf } from './dots.ts'
import type { Problem } from './problem.ts'

/** How a product is cut up so that each loop finds its operands in the nearest cache. */
export interface Blocking {
  /** The register tile. */
  readonly rows: number
  readonly columns: number
  /** Steps of `k` that are summed in registers before they are added to C: those of a panel of B stay in the first cache. */
  readonly depth: number
  /** Rows of A that are gone through for each panel of B: with `depth`, what stays in the second cache. */
  readonly height: number
  /** Whether panels of A are copied before use. */
  readonly packA: boolean
  /** Whether a block of A is called into the cache before use: where the processor does not foresee what is read next. */
  readonly touchA: boolean
  /** Whether each few rows of A go through all of B, which stays in the first cache, or all rows through a panel of B. */
  readonly rowsFirst: boolean
  /**
   * Where B is read: where it lies, or as panels that are packed once for all threads, or by each thread for each matrix of
   * the batch it comes to.
   */
  readonly b: 'direct' | 'shared' | 'private'
  /** Dot products instead of tiles, and how many at once; B is read where it lies. */
  readonly dots: Dots | undefined
  /** What the split of the rows is a multiple of. */
  readonly grain: number
}

const firstCache = 16384

/** Chooses by sizes and strides alone, never by how many threads there are. */
export function blockingOf(problem: Problem): Blocking {
  const { lanes, batch, m, k, n, a } = problem
  const items = batch.reduce((count, size) => count * size, 1)
  // Few rows leave registers for more columns.
  const rows = m >= tileRows ? tileRows : m >= 2 ? 2 : 1
  const widest = tileColumns(lanes) * (rows === tileRows ? 1 : 2)
  const columns = Math.min(widest, Math.max(1, Math.ceil(n / lanes.count)) * lanes.count)
  const deepest = (256 * 4) / lanes.bytes
  const dots = dotsOf(problem)
  const blocks = Math.max(1, Math.ceil(k / deepest))
  const depth = Math.min(k, Math.ceil(k / blocks / lanes.count) * lanes.count)
  const packA = a.column !== lanes.bytes && n > 4 * columns && rows === tileRows && k > 0 && !dots
  const b = dots ? 'direct' : whereOfB(problem, items)
  return {
    rows,
    columns,
    depth,
    height: 64,
    packA,
    touchA: a.column === lanes.bytes && rows === tileRows && (items > 1 || Math.abs(a.row) > 256),
    rowsFirst: depth * n * lanes.bytes <= firstCache,
    b,
    dots,
    grain: grainOf(problem, b, items),
  }
}

function whereOfB({ lanes, m, k, n, b }: Problem, items: number): Blocking['b'] {
  // The last vector of a row must not reach behind the buffer.
  const readable = b.column === lanes.bytes && n % lanes.count === 0
  if (k === 0 || (readable && (m <= 2 * tileRows || Math.abs(b.row) * k <= firstCache))) return 'direct'
  const one = b.batch.every((stride) => stride === 0)
  return items > 1 && !one && m <= 256 ? 'private' : 'shared'
}

function grainOf({ lanes, m, k, n }: Problem, b: Blocking['b'], items: number): number {
  // What a thread packs for itself, it packs for whole matrices.
  if (b === 'private' || (items > 1 && m < 64)) return Math.max(1, m)
  // Going through a large B must be worth it, as long as there is enough to do for eight threads.
  const large = k * n * lanes.bytes > 131_072
  return large ? Math.max(tileRows, Math.min(16, tileRows * Math.floor(m / (8 * tileRows)))) : tileRows
}
