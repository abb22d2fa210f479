import { type Code, type Int, i8x16, i32, type Local, type Vector, v128 } from '../../assembler/index.ts'
import type { Lanes } from './lanes.ts'
import { behind } from './tile.ts'

/**
 * Panels: `width` columns of a matrix each, the `k` numbers of a column lying `width` apart, so that a tile reads a panel in
 * one stream: `to[p · k · width + l · width + j] = from[l · step + (p · width + j) · column]`. Zeros where `j` is not below
 * `columns`. Strides in bytes.
 */
export interface Panels {
  readonly lanes: Lanes
  /** How many: several at once read whole cache lines of a matrix whose columns are adjacent. */
  readonly count: number
  /** Columns of each. */
  readonly columns: number
  /** Columns there is room for, a multiple of the lanes. */
  readonly width: number
  readonly k: Int
  readonly from: { readonly column: number; readonly step: number }
}

/** Writes the code that packs panels, from address `from` to address `to`. */
export function emitPack(code: Code, panels: Panels, from: Int, to: Int): void {
  const { lanes, count, width, k, from: strides } = panels
  if (strides.column === lanes.bytes) copy(code, panels, from, to)
  else {
    const [source, target] = [code.let(i32.add(from, 0)), code.let(i32.add(to, 0))]
    const i = code.local('i32')
    code.for(i, { from: 0, to: count }, () => {
      emitPanel(code, panels, source, target)
      code.increase(source, width * strides.column)
      code.set(target, i32.add(target, times(k, width * lanes.bytes)))
    })
  }
}

function times(k: Int, bytes: number): Int {
  return typeof k === 'number' ? k * bytes : i32.mul(k, bytes)
}

/** Panels of adjacent columns, a row of all of them at a time. */
function copy(code: Code, panels: Panels, from: Int, to: Int): void {
  const { lanes, count, columns, width, k, from: strides } = panels
  const rowBytes = width * lanes.bytes
  const source = code.let(i32.add(from, 0))
  const targets = [code.let(i32.add(to, 0))]
  for (let p = 1; p < count; p++) {
    targets.push(code.let(i32.add(targets[p - 1] as Local<'i32'>, times(k, rowBytes))))
  }
  const [first] = targets as [Local<'i32'>]
  const end = code.let(i32.add(first, times(k, rowBytes)))
  code.while(
    () => i32.ne(first, end),
    () => {
      for (const [p, target] of targets.entries()) {
        for (let j = 0; j < width; j += lanes.count) {
          const valid = Math.max(0, Math.min(lanes.count, columns - j))
          const x = gather(panels, source, (p * width + j) * lanes.bytes, valid)
          code.run(v128.store(target, x, j * lanes.bytes))
        }
      }
      code.increase(source, strides.step)
      for (const target of targets) code.increase(target, rowBytes)
    },
  )
}

function emitPanel(code: Code, panel: Panels, from: Int, to: Int): void {
  const { lanes, columns, width, k } = panel
  const back = behind(columns, panel.from.column)
  const source = code.let(i32.sub(from, back))
  const target = code.let(i32.add(to, 0))
  const rowBytes = width * lanes.bytes
  const end = code.let(i32.add(target, times(k, rowBytes)))
  // Along `k` if that is how the numbers lie: squares of numbers are read as vectors and turned.
  const turn = panel.from.step === lanes.bytes
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
function gather({ lanes, from }: Panels, source: Int, at: number, valid: number): Vector {
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
  { lanes, columns, from }: Panels,
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
