import { type Code, type Int, i32, type Local, type Value, v128 } from '../../assembler/index.ts'
import type { Lanes } from './lanes.ts'

/**
 * A tile of a product, `C[rows × columns] (+)= A[rows × k] · B[k × columns]`, kept in registers while `k` runs. Its
 * strides, in bytes, are constants of the code. A is read one number at a time, so it may lie either way round; rows of B
 * are read as vectors: its columns are adjacent and readable up to a multiple of the lanes (what is past the last column
 * is never stored).
 *
 * Each element is `a₀b₀ + a₁b₁ + …`, summed from 0 on and one after another, whatever the tile's size: tiles of different
 * sizes give the same bits.
 *
 * V8 sets the size. Of its 15 free vector registers {@link tileRows} × {@link tileColumns} takes 8 for sums, and the rest
 * hold what one step of `k` loads; a larger tile, or two steps written out, spills them. (Node 20 and 22 order the
 * instructions of a block anew: all loads first, then sums from the last loop variable to the first.)
 */
export interface Tile {
  readonly lanes: Lanes
  readonly rows: number
  readonly columns: number
  /** At least 1. */
  readonly k: Int
  readonly a: { readonly row: number; readonly step: number }
  readonly b: { readonly step: number }
  readonly c: { readonly row: number; readonly column: number }
  /** Whether to add to what C holds rather than overwrite it: for every block of `k` after the first. */
  readonly accumulate: boolean | Value<'i32'>
}

/** Rows of the fastest tile. */
export const tileRows = 4

/** Columns of the fastest tile with {@link tileRows}, for a dtype. */
export function tileColumns({ count }: Lanes): number {
  return 2 * count
}

/** Writes the code of a tile: `a`, `b` and `c` are the addresses of its first elements. */
export function emitTile(code: Code, tile: Tile, a: Int, b: Int, c: Int): void {
  const { lanes, rows, columns, k } = tile
  const vectors = Math.ceil(columns / lanes.count)
  const back = behind(rows, tile.a.row)
  const at = code.let(i32.sub(a, back))
  const bt = code.let(i32.add(b, 0))
  // The loop ends by the pointer that moves, which costs no counter.
  const [pointer, step] = tile.b.step !== 0 ? [bt, tile.b.step] : [at, tile.a.step]
  const end = code.let(i32.add(pointer, typeof k === 'number' ? k * step : i32.mul(k, step)))
  const left = step === 0 ? code.let(i32.add(k, 0)) : undefined
  const sums = Array.from({ length: rows * vectors }, () => code.let(lanes.zero))
  const row = Array.from({ length: vectors }, () => code.local('v128'))
  const x = code.local('v128')
  code.doWhile(
    () => {
      for (const [j, part] of [...row.entries()].reverse()) code.set(part, v128.load(bt, 16 * j))
      for (let i = rows - 1; i >= 0; i--) {
        code.set(x, lanes.splat(at, i * tile.a.row + back))
        for (const [j, part] of [...row.entries()].reverse()) {
          const sum = sums[i * vectors + j] as Local<'v128'>
          code.set(sum, lanes.madd(x, part, sum))
        }
      }
      code.increase(at, tile.a.step)
      code.increase(bt, tile.b.step)
      if (left !== undefined) code.increase(left, -1)
    },
    () => left ?? i32.ne(pointer, end),
  )
  if (typeof tile.accumulate === 'boolean') store(code, tile, sums, c, tile.accumulate)
  else {
    code.if(
      tile.accumulate,
      () => store(code, tile, sums, c, true),
      () => store(code, tile, sums, c, false),
    )
  }
}

/** How far before the first of `count` places the lowest lies: constant offsets of an address must not be negative. */
export function behind(count: number, stride: number): number {
  return Math.max(0, -stride * (count - 1))
}

function store(
  code: Code,
  { lanes, rows, columns, c: strides }: Tile,
  sums: readonly Local<'v128'>[],
  to: Int,
  accumulate: boolean,
): void {
  const vectors = Math.ceil(columns / lanes.count)
  const back = behind(rows, strides.row) + behind(columns, strides.column)
  const c = code.let(i32.sub(to, back))
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) {
      const sum = sums[i * vectors + j] as Local<'v128'>
      const valid = Math.min(lanes.count, columns - j * lanes.count)
      const offset = back + i * strides.row + j * lanes.count * strides.column
      if (valid === lanes.count && strides.column === lanes.bytes) {
        // Adding zero keeps V8 from taking the sums up before the loads when it orders the loop: 4 % of all time.
        code.run(v128.store(c, lanes.add(accumulate ? v128.load(c, offset) : lanes.zero, sum), offset))
        continue
      }
      const places = Array.from({ length: valid }, (_, lane) => offset + lane * strides.column)
      if (accumulate) {
        const old = code.local('v128')
        for (const [lane, place] of places.entries()) {
          code.set(old, lane === 0 ? lanes.loadOne(c, place) : lanes.loadLane(c, old, lane, place))
        }
        code.set(sum, lanes.add(old, sum))
      }
      for (const [lane, place] of places.entries()) code.run(lanes.storeLane(c, sum, lane, place))
    }
  }
}
