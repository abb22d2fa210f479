import { type Code, type Int, i32 } from '../../assembler/index.ts'
import { emitPack } from '../gemm/pack.ts'
import type { Blocking } from './blocking.ts'
import { eachBlock, times } from './loops.ts'
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
export function panelAt({ problem: { lanes } }: Plan, column: Int, length: Int): Int {
  return times(typeof length === 'number' ? times(column, length) : i32.mul(column, length), lanes.bytes)
}

/** Packs the rows of a block of A that fill whole tiles. */
export function emitPackRows(
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
