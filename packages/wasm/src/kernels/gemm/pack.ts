import { type Code, type Int, i8x16, i32, type Local, type Vector, v128 } from '../../assembler/index.ts'
import type { Lanes } from './lanes.ts'
import { behind } from './tile.ts'

/**
 * A panel: `width` columns of a matrix, the `k` numbers of each lying `width` apart, so that a tile reads it in one
 * stream: `to[l · width + j] = from[l · step + j · column]`, zeros where `j` is not below `columns`. Strides in bytes.
 */
export interface Panel {
  readonly lanes: Lanes
  /** Columns there are. */
  readonly columns: number
  /** Columns there is room for, a multiple of the lanes. */
  readonly width: number
  readonly k: Int
  readonly from: { readonly column: number; readonly step: number }
}

/** Writes the code that packs a panel, from address `from` to address `to`. */
export function emitPack(code: Code, panel: Panel, from: Int, to: Int): void {
  const { lanes, columns, width, k } = panel
  const back = behind(columns, panel.from.column)
  const source = code.let(i32.sub(from, back))
  const target = code.let(i32.add(to, 0))
  const rowBytes = width * lanes.bytes
  const end = code.let(i32.add(target, typeof k === 'number' ? k * rowBytes : i32.mul(k, rowBytes)))
  // Along `k` if that is how the numbers lie: squares of numbers are read as vectors and turned.
  const turn = panel.from.step === lanes.bytes && panel.from.column !== lanes.bytes
  const square = lanes.count
  const move = (rows: number): void => {
    code.increase(source, rows * panel.from.step)
    code.increase(target, rows * rowBytes)
  }
  if (turn && !(typeof k === 'number' && k < square)) {
    code.while(
      () => i32.ltU(i32.add(target, (square - 1) * rowBytes), end),
      () => {
        for (let j = 0; j < width; j += square) {
          const put = (l: number, x: Vector): void =>
            code.run(v128.store(target, x, l * rowBytes + j * lanes.bytes))
          transpose(code, panel, source, back, j, put)
        }
        move(square)
      },
    )
  }
  if (turn && typeof k === 'number' && k % square === 0) return
  code.while(
    () => i32.ne(target, end),
    () => {
      for (let j = 0; j < width; j += lanes.count) {
        const valid = Math.max(0, Math.min(lanes.count, columns - j))
        const x = gather(panel, source, back + j * panel.from.column, valid)
        code.run(v128.store(target, x, j * lanes.bytes))
      }
      move(1)
    },
  )
}

/** The first `valid` of a vector's numbers, a column apart; zeros in the other lanes. */
function gather({ lanes, from }: Panel, source: Int, at: number, valid: number): Vector {
  if (valid === 0) return lanes.zero
  if (valid === lanes.count && from.column === lanes.bytes) return v128.load(source, at)
  if (valid === lanes.count && from.column === 0) return lanes.splat(source, at)
  let x = lanes.loadOne(source, at)
  for (let lane = 1; lane < valid; lane++) x = lanes.loadLane(source, x, lane, at + lane * from.column)
  return x
}

/** Reads a square of columns from `first` on, each a vector along `k`, and gives its rows. */
function transpose(
  code: Code,
  { lanes, columns, from }: Panel,
  source: Local<'i32'>,
  back: number,
  first: number,
  put: (l: number, row: Vector) => void,
): void {
  const read = Array.from({ length: lanes.count }, (_, j) =>
    code.let(first + j < columns ? v128.load(source, back + (first + j) * from.column) : lanes.zero),
  )
  const [a, b, c, d] = read
  if (a === undefined || b === undefined) return
  if (c === undefined || d === undefined) {
    put(0, i8x16.shuffle(a, b, words(0, 1, 4, 5)))
    put(1, i8x16.shuffle(a, b, words(2, 3, 6, 7)))
    return
  }
  const low = [
    code.let(i8x16.shuffle(a, b, words(0, 4, 1, 5))),
    code.let(i8x16.shuffle(c, d, words(0, 4, 1, 5))),
  ]
  const high = [
    code.let(i8x16.shuffle(a, b, words(2, 6, 3, 7))),
    code.let(i8x16.shuffle(c, d, words(2, 6, 3, 7))),
  ]
  for (const [half, [x, y]] of [low, high].entries()) {
    if (x === undefined || y === undefined) continue
    put(2 * half, i8x16.shuffle(x, y, words(0, 1, 4, 5)))
    put(2 * half + 1, i8x16.shuffle(x, y, words(2, 3, 6, 7)))
  }
}

/** A shuffle of words as one of bytes. */
function words(...places: readonly number[]): number[] {
  return places.flatMap((place) => [4 * place, 4 * place + 1, 4 * place + 2, 4 * place + 3])
}
