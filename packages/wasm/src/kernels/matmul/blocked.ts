import { type Code, type Int, i32, select } from '../../assembler/index.ts'
import { emitPack } from '../gemm/pack.ts'
import { emitTile } from '../gemm/tile.ts'
import type { Blocking } from './blocking.ts'
import type { Problem } from './problem.ts'

/** A matrix product that blocks and tiles go through, and how. */
export interface Plan {
  readonly problem: Problem
  readonly blocking: Blocking
}

/** Columns of a packed B: those of the last panel are filled up to whole vectors with zeros. */
export function paddedColumns({ problem: { n, lanes } }: Plan): number {
  return Math.ceil(n / lanes.count) * lanes.count
}

/** Bytes of one matrix B, packed. */
export function packedBytes(plan: Plan): number {
  const { k, lanes } = plan.problem
  return k * paddedColumns(plan) * lanes.bytes
}

/** Panels of B that are packed at once: a cache line and the next of each row. */
const together = 4

/** How many groups of panels there are: what one call of the code of {@link emitPackGroup} packs in a block of `k`. */
export function groupsOf({ problem: { n }, blocking: { columns } }: Plan): number {
  return Math.ceil(n / (together * columns))
}

/** Writes the code that packs a group of panels of B, in the block of `k` that begins at `l` and is `length` long. */
export function emitPackGroup(
  code: Code,
  plan: Plan,
  at: { readonly b: Int; readonly packed: Int; readonly group: Int; readonly l: Int; readonly length: Int },
): void {
  const { lanes, n, b: from } = plan.problem
  const { columns } = plan.blocking
  const block = code.let(i32.add(at.b, times(at.l, from.row)))
  const packed = code.let(i32.add(at.packed, times(at.l, paddedColumns(plan) * lanes.bytes)))
  const strides = { column: from.column, step: from.row }
  const pack = (column: Int, count: number, width: number, valid: number): void => {
    const source = i32.add(block, times(column, from.column))
    const target = i32.add(packed, panelAt(plan, column, at.length))
    emitPack(code, { lanes, count, columns: valid, width, k: at.length, from: strides }, source, target)
  }
  const size = together * columns
  const even = n - (n % size)
  const rest = (): void => {
    const whole = n - (n % columns)
    if (whole > even) pack(even, (whole - even) / columns, columns, columns)
    if (n > whole) pack(whole, 1, paddedColumns(plan) - whole, n - whole)
  }
  if (even === 0) rest()
  else {
    const column = code.let(i32.mul(at.group, size))
    const group = (): void => pack(column, together, columns, columns)
    if (even === n) group()
    else code.if(i32.ltS(column, even), group, rest)
  }
}

/** Writes the code that packs all of B. */
export function emitPackAll(code: Code, plan: Plan, b: Int, packed: Int): void {
  eachBlock(code, plan.problem.k, plan.blocking.depth, (l, length) => {
    const group = code.local('i32')
    code.for(group, { from: 0, to: groupsOf(plan) }, () =>
      emitPackGroup(code, plan, { b, packed, group, l, length }),
    )
  })
}

/** Where the panel of a column begins in a packed block of `k`. */
function panelAt({ problem: { lanes } }: Plan, column: Int, length: Int): Int {
  return times(typeof length === 'number' ? times(column, length) : i32.mul(column, length), lanes.bytes)
}

/**
 * Writes the code of `count` rows of a product, at least 1: `a` and `c` are the addresses of the first row in A and C, `b`
 * that of B, as it lies or packed.
 */
export function emitRows(
  code: Code,
  plan: Plan,
  at: { readonly a: Int; readonly b: Int; readonly c: Int; readonly count: Int; readonly panels: Int },
): void {
  const { lanes, m, k, n, a, b, out } = plan.problem
  const { rows: tileRows, columns, depth, height, packA } = plan.blocking
  const direct = plan.blocking.b === 'direct'
  eachBlock(code, at.count, Math.min(m, height), (i, rows) => {
    eachBlock(code, k, depth, (l, length) => {
      const aBlock = code.let(i32.add(i32.add(at.a, times(i, a.row)), times(l, a.column)))
      const bBlock = code.let(i32.add(at.b, times(l, direct ? b.row : paddedColumns(plan) * lanes.bytes)))
      const accumulate = typeof l === 'number' ? l > 0 : i32.ne(l, 0)
      if (packA) packRows(code, plan, { a: aBlock, rows, length, panels: at.panels })

      const panel = (column: Int, width: number): void => {
        const bPanel = code.let(
          i32.add(bBlock, direct ? times(column, b.column) : panelAt(plan, column, length)),
        )
        const c = code.let(i32.add(i32.add(at.c, times(i, out.row)), times(column, out.column)))
        const aRow = code.let(i32.add(aBlock, 0))
        const aPanel = packA ? code.let(i32.add(at.panels, 0)) : aRow
        const tile = (height: number, packed: boolean): void => {
          const panelColumns = Math.ceil(width / lanes.count) * lanes.count
          emitTile(
            code,
            {
              lanes,
              rows: height,
              columns: width,
              k: length,
              a: packed ? { row: lanes.bytes, step: height * lanes.bytes } : { row: a.row, step: a.column },
              b: { step: direct ? b.row : panelColumns * lanes.bytes },
              c: { row: out.row, column: out.column },
              accumulate,
            },
            packed ? aPanel : aRow,
            bPanel,
            c,
          )
          code.increase(aRow, height * a.row)
          code.increase(c, height * out.row)
          if (packed) code.set(aPanel, i32.add(aPanel, times(length, height * lanes.bytes)))
        }
        eachTile(code, rows, tileRows, (height) => tile(height, packA && height === tileRows))
      }
      const whole = n - (n % columns)
      eachPanel(code, whole, columns, (column) => panel(column, columns))
      if (n > whole) panel(whole, n - whole)
    })
  })
}

/** Packs the rows of a block of A that fill whole tiles. */
function packRows(
  code: Code,
  { problem: { lanes, a }, blocking: { rows: height } }: Plan,
  at: { readonly a: Int; readonly rows: Int; readonly length: Int; readonly panels: Int },
): void {
  const source = code.let(i32.add(at.a, 0))
  const target = code.let(i32.add(at.panels, 0))
  const left = code.let(i32.add(at.rows, 0))
  for (const count of [4, 1]) {
    code.while(
      () => i32.geS(left, count * height),
      () => {
        const from = { column: a.row, step: a.column }
        emitPack(code, { lanes, count, columns: height, width: height, k: at.length, from }, source, target)
        code.increase(source, count * height * a.row)
        code.set(target, i32.add(target, times(at.length, count * height * lanes.bytes)))
        code.increase(left, -count * height)
      },
    )
  }
}

/** Tiles of `height` rows as long as there are as many, then smaller ones. */
function eachTile(code: Code, rows: Int, height: number, tile: (height: number) => void): void {
  const left = code.let(i32.add(rows, 0))
  code.while(
    () => i32.geS(left, height),
    () => {
      tile(height)
      code.increase(left, -height)
    },
  )
  for (let less = height >> 1; less >= 1; less >>= 1) {
    if (typeof rows === 'number' && ((rows % height) & less) === 0) continue
    code.if(i32.and(left, less), () => tile(less))
  }
}

function eachPanel(code: Code, total: number, size: number, body: (start: Int) => void): void {
  if (total === 0) return
  if (total === size) {
    body(0)
    return
  }
  const start = code.local('i32')
  code.for(start, { from: 0, to: total, step: size }, () => body(start))
}

/** Blocks of at most `size`: where each begins, and how long it is. Of a single one this is known beforehand. */
function eachBlock(code: Code, total: Int, size: number, body: (start: Int, length: Int) => void): void {
  if (typeof total === 'number' && total <= size) {
    body(0, total)
    return
  }
  const start = code.local('i32')
  code.for(start, { from: 0, to: total, step: size }, () => {
    const even = typeof total === 'number' && total % size === 0
    const left = i32.sub(total, start)
    body(start, even ? size : code.let(select(i32.ltS(left, size), left, i32.const(size))))
  })
}

function times(x: Int, factor: number): Int {
  return typeof x === 'number' ? x * factor : i32.mul(x, factor)
}
