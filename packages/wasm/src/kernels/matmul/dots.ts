import { type Code, type Int, i8x16, i32, type Local, type Vector, v128 } from '../../assembler/index.ts'
import type { Lanes } from '../gemm/lanes.ts'
import { behind } from '../gemm/tile.ts'
import type { Problem } from './problem.ts'

/** How many rows and columns of dot products are computed at once. */
export interface Dots {
  readonly rows: number
  readonly columns: number
}

/**
 * Whether to compute a product as dot products of vectors along `k`, and how many at once: where both operands lie that way
 * and there are too few rows or columns to be worth packing anything.
 */
export function dotsOf({ lanes, m, k, n, a, b }: Problem): Dots | undefined {
  if (a.column !== lanes.bytes || b.row !== lanes.bytes || k < 4 * lanes.count) return undefined
  if (n <= 2) return { rows: 4, columns: n }
  if (m <= 8) return { rows: Math.min(m, 4), columns: m >= 3 ? 2 : 4 }
  return undefined
}

/**
 * Writes the code of `count` rows: `a` and `c` are the addresses of the first row in A and C, `b` that of B. Each element
 * is a sum for each lane, one product after another, and then the sum of those.
 */
export function emitDots(
  code: Code,
  problem: Problem,
  dots: Dots,
  at: { readonly a: Int; readonly b: Int; readonly c: Int; readonly count: Int },
): void {
  const { n, a, b, out } = problem
  const bColumn = code.let(i32.add(at.b, 0))
  const cColumn = code.let(i32.add(at.c, 0))
  const panel = (columns: number): void => {
    const left = code.let(i32.add(at.count, 0))
    const aRow = code.let(i32.add(at.a, 0))
    const c = code.let(i32.add(cColumn, 0))
    const tile = (rows: number): void => {
      emitTile(code, problem, { rows, columns }, aRow, bColumn, c)
      code.increase(aRow, rows * a.row)
      code.increase(c, rows * out.row)
      code.increase(left, -rows)
    }
    for (const rows of dots.rows === 1 ? [1] : [dots.rows, 1]) {
      code.while(
        () => i32.geS(left, rows),
        () => tile(rows),
      )
    }
    code.increase(bColumn, columns * b.column)
    code.increase(cColumn, columns * out.column)
  }
  const turns = Math.floor(n / dots.columns)
  const i = code.local('i32')
  if (turns > 0) code.for(i, { from: 0, to: turns }, () => panel(dots.columns))
  if (n % dots.columns > 0) panel(n % dots.columns)
}

function emitTile(
  code: Code,
  { lanes, k, a, b, out }: Problem,
  dots: Dots,
  left: Int,
  right: Int,
  c: Int,
): void {
  const backA = behind(dots.rows, a.row)
  const backB = behind(dots.columns, b.column)
  const at = code.let(i32.sub(left, backA))
  const bt = code.let(i32.sub(right, backB))
  const sums = Array.from({ length: dots.rows * dots.columns }, () => code.let(lanes.zero))
  const step = (load: (address: Int, offset: number) => Vector): void => {
    const columns = Array.from({ length: dots.columns }, (_, j) => code.let(load(bt, backB + j * b.column)))
    for (let i = dots.rows - 1; i >= 0; i--) {
      const row = code.let(load(at, backA + i * a.row))
      for (const [j, column] of columns.entries()) {
        const sum = sums[i * dots.columns + j] as Local<'v128'>
        code.set(sum, lanes.madd(row, column, sum))
      }
    }
  }
  const end = code.let(i32.add(at, (k - (k % lanes.count)) * lanes.bytes))
  code.doWhile(
    () => {
      step(v128.load)
      code.increase(at, 16)
      code.increase(bt, 16)
    },
    () => i32.ne(at, end),
  )
  for (let l = 0; l < k % lanes.count; l++) {
    step((address, offset) => lanes.loadOne(address, offset + l * lanes.bytes))
  }
  const back = behind(dots.rows, out.row) + behind(dots.columns, out.column)
  const ct = code.let(i32.sub(c, back))
  for (let i = 0; i < dots.rows; i++) {
    for (let j = 0; j < dots.columns; j++) {
      const sum = total(code, lanes, sums[i * dots.columns + j] as Local<'v128'>)
      code.run(lanes.storeLane(ct, sum, 0, back + i * out.row + j * out.column))
    }
  }
}

/** The sum of all lanes, in the first. */
function total(code: Code, lanes: Lanes, x: Local<'v128'>): Vector {
  const halves = code.let(lanes.add(x, i8x16.shuffle(x, x, turned(8))))
  return lanes.count === 2 ? halves : lanes.add(halves, i8x16.shuffle(halves, halves, turned(4)))
}

/** The bytes of a vector from one on, and around. */
function turned(byte: number): number[] {
  return Array.from({ length: 16 }, (_, i) => (i + byte) % 16)
}
