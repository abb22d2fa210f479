import { type Code, type Int, i32, type Local, v128 } from '../../assembler/index.ts'
import type { Lanes } from './lanes.ts'

/**
 * A tile of a product, `C[rows × columns] (+)= A[rows × k] · B[k × columns]`, kept in registers while `k` runs. All of
 * it is constants of the code, strides in bytes. A is read one number at a time, so it may lie either way round; rows of B
 * are read as vectors: its columns are adjacent and readable up to a multiple of the lanes (what is past the last column
 * is never stored).
 *
 * Each element is `(a₀b₀ + a₁b₁ + …)`, from 0 on and one after another, whatever the tile's size: tiles of different
 * sizes give the same bits.
 */
export interface Tile {
  readonly lanes: Lanes
  readonly rows: number
  readonly columns: number
  readonly k: number
  readonly a: { readonly row: number; readonly step: number }
  readonly b: { readonly step: number }
  readonly c: { readonly row: number; readonly column: number }
  /** Whether to add to what C holds rather than overwrite it: for every block of `k` after the first. */
  readonly accumulate: boolean
}

/** Writes the code of a tile: `a`, `b` and `c` are the addresses of its first elements. */
export function emitTile(code: Code, tile: Tile, a: Int, b: Int, c: Local<'i32'>): void {
  const { lanes, rows, columns, k } = tile
  const vectors = Math.ceil(columns / lanes.count)
  const at = code.let(i32.add(a, 0))
  const bt = code.let(i32.add(b, 0))
  const sums = Array.from({ length: rows * vectors }, () => code.let(lanes.zero))
  const bs = Array.from({ length: vectors }, () => code.local('v128'))
  const x = code.local('v128')

  const step = (u: number): void => {
    for (const [j, row] of bs.entries()) code.set(row, v128.load(bt, u * tile.b.step + 16 * j))
    for (let i = 0; i < rows; i++) {
      code.set(x, lanes.splat(at, i * tile.a.row + u * tile.a.step))
      for (const [j, row] of bs.entries()) {
        const sum = sums[i * vectors + j] as Local<'v128'>
        code.set(sum, lanes.madd(x, row, sum))
      }
    }
  }

  const unroll = Math.min(k, unrollOf(rows * vectors))
  const turns = Math.floor(k / unroll)
  const turn = (): void => {
    for (let u = 0; u < unroll; u++) step(u)
  }
  if (turns > 1) {
    const end = code.let(i32.add(bt, turns * unroll * tile.b.step))
    code.doWhile(
      () => {
        turn()
        code.increase(at, unroll * tile.a.step)
        code.increase(bt, unroll * tile.b.step)
      },
      () => i32.ne(bt, end),
    )
    for (let u = 0; u < k % unroll; u++) step(u)
  } else {
    for (let u = 0; u < k; u++) step(u)
  }
  store(code, tile, sums, c)
}

/** How many steps of `k` to write out: enough that the loop itself costs nothing. */
function unrollOf(sums: number): number {
  return sums >= 8 ? 4 : 8
}

function store(code: Code, tile: Tile, sums: readonly Local<'v128'>[], c: Local<'i32'>): void {
  const { lanes, rows, columns, accumulate } = tile
  const vectors = Math.ceil(columns / lanes.count)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < vectors; j++) {
      const sum = sums[i * vectors + j] as Local<'v128'>
      const valid = Math.min(lanes.count, columns - j * lanes.count)
      const offset = i * tile.c.row + j * lanes.count * tile.c.column
      if (valid === lanes.count && tile.c.column === lanes.bytes) {
        code.run(v128.store(c, accumulate ? lanes.add(v128.load(c, offset), sum) : sum, offset))
        continue
      }
      const places = Array.from({ length: valid }, (_, lane) => offset + lane * tile.c.column)
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
