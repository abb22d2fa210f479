import {
  type Code,
  type FunctionRef,
  type Int,
  i8x16,
  i32,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import type { Lanes } from '../gemm/lanes.ts'
import { repeat } from './run.ts'
import { placeAt, separate } from './slide.ts'

/** A loop that moves both operands; strides in bytes. What turns as often as is said when running has no count. */
export interface Turn {
  readonly count: number | 'channels' | 'steps'
  readonly w: number
  readonly x: number
}

/** Products of adjacent elements: where a vector of each operand lies, in bytes, and how many of its lanes count. */
export interface Step {
  readonly w: number
  readonly x: number
  readonly lanes: number
}

/** What a function made by {@link dotFunction} computes. */
export interface Dot {
  readonly lanes: Lanes
  /** Output channels at a time. */
  readonly rows: number
  /** Outputs of each at a time. */
  readonly columns: number
  /** Bytes between output channels in the weights and in the output, and between adjacent weights. */
  readonly weightRow: number
  readonly outRow: number
  readonly weightLane: number
  /** Loops from the outermost to the innermost one, what is done in that one, and what is after it in the one around it. */
  readonly turns: readonly Turn[]
  readonly steps: readonly Step[]
  readonly after: readonly Step[]
}

/** The parameters: places, their end, weights, input, output, channels, steps, whether to add to what there is. */
const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const

/**
 * A function of dot products: for some output channels, and outputs listed in a table (where each begins in the copy, and
 * where it is put, in bytes), the sum over weights times what they meet. Both operands are read as vectors along the last
 * axis, so each output has as many sums as there are lanes, added up in the end in a fixed order.
 */
export function dotFunction(module: ModuleBuilder, dot: Dot): FunctionRef {
  return module.once(`dot ${JSON.stringify({ ...dot, lanes: dot.lanes.dtype })}`, () =>
    module.function('dot', parameters, null, (code, ...given) => emitDot(code, dot, given)),
  )
}

function emitDot(code: Code, dot: Dot, given: readonly Local<'i32'>[]): void {
  const [places, placesEnd, weights, input, output, channels, steps, add] = given as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ]
  const { lanes, rows, columns } = dot
  const each = Array.from({ length: columns }, (_, j) => j)
  const sources = each.map(() => code.local('i32'))
  const targets = each.map(() => code.local('i32'))
  const xs = each.map(() => code.local('v128'))
  const sums = Array.from({ length: rows * columns }, () => code.local('v128'))
  const weight = code.local('i32')
  const factor = code.local('v128')

  const step = ({ w, x, lanes: valid }: Step): void => {
    for (const [j, source] of sources.entries()) {
      const read = v128.load(source, x)
      code.set(xs[j] as Local<'v128'>, valid < lanes.count ? v128.and(read, firstLanes(lanes, valid)) : read)
    }
    for (let row = rows - 1; row >= 0; row--) {
      code.set(factor, weightsAt(dot, weight, w + row * dot.weightRow, valid))
      for (const j of each) {
        const sum = sums[row * columns + j] as Local<'v128'>
        code.set(sum, lanes.madd(factor, xs[j] as Local<'v128'>, sum))
      }
    }
  }
  const all = (list: readonly Step[]): void => {
    for (const [i, one] of list.entries()) {
      if (i > 0) separate(code, weight, sums, i)
      step(one)
    }
  }
  const move = (w: Int, x: Int): void => {
    code.increase(weight, w)
    for (const source of sources) code.increase(source, x)
  }
  const countOf = ({ count }: Turn): Int =>
    count === 'channels' ? channels : count === 'steps' ? steps : count
  const level = (depth: number): void => {
    const turn = dot.turns[depth]
    if (turn === undefined) {
      all(dot.steps)
      return
    }
    const next = dot.turns[depth + 1]
    repeat(code, countOf(turn), () => {
      level(depth + 1)
      if (next === undefined) move(turn.w, turn.x)
      else {
        if (depth === dot.turns.length - 2 && dot.after.length > 0) {
          all(dot.after)
        }
        const times = countOf(next)
        move(back(turn.w, times, next.w), back(turn.x, times, next.x))
      }
    })
  }

  code.while(
    () => i32.ltU(places, placesEnd),
    () => {
      for (const j of each) {
        code.set(sources[j] as Local<'i32'>, i32.add(input, i32.load(places, 8 * j)))
        code.set(targets[j] as Local<'i32'>, i32.add(output, i32.load(places, 8 * j + 4)))
      }
      for (const sum of sums) code.set(sum, lanes.zero)
      code.set(weight, weights)
      level(0)
      for (let row = 0; row < rows; row++) {
        for (const j of each) {
          const total = code.let(folded(code, lanes, sums[row * columns + j] as Local<'v128'>))
          const [base, bytes] = placeAt(targets[j] as Local<'i32'>, row * dot.outRow)
          code.if(add, () => code.set(total, lanes.add(lanes.loadOne(base, bytes), total)))
          code.run(lanes.storeLane(base, total, 0, bytes))
        }
      }
      code.increase(places, 8 * columns)
    },
  )
}

/** From the end of a loop inside to the next place of the loop around it. */
function back(stride: number, times: Int, inner: number): Int {
  return typeof times === 'number' ? stride - times * inner : i32.sub(stride, i32.mul(times, inner))
}

function firstLanes(lanes: Lanes, count: number): Vector {
  return i8x16.const(Array.from({ length: 16 }, (_, byte) => (byte < count * lanes.bytes ? 0xff : 0)))
}

function weightsAt({ lanes, weightLane }: Dot, weight: Local<'i32'>, at: number, valid: number): Vector {
  if (valid === lanes.count && weightLane === lanes.bytes) {
    const [base, bytes] = placeAt(weight, at)
    return v128.load(base, bytes)
  }
  let x: Vector | undefined
  for (let lane = 0; lane < valid; lane++) {
    const [base, bytes] = placeAt(weight, at + lane * weightLane)
    x = x === undefined ? lanes.loadOne(base, bytes) : lanes.loadLane(base, x, lane, bytes)
  }
  return x ?? lanes.zero
}

/** The sum of all lanes, in the first one. */
function folded(code: Code, lanes: Lanes, sum: Local<'v128'>): Vector {
  const upper = (x: Local<'v128'>, bytes: number): Vector =>
    i8x16.shuffle(
      x,
      x,
      Array.from({ length: 16 }, (_, i) => (i + bytes) % 16),
    )
  if (lanes.count === 2) return lanes.add(sum, upper(sum, 8))
  const half = code.let(lanes.add(sum, upper(sum, 8)))
  return lanes.add(half, upper(half, 4))
}
