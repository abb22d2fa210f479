import { type Code, type Int, i8x16, i32, type Local, v128 } from '../../assembler/index.ts'
import type { Lanes } from '../gemm/lanes.ts'
import { placeAt } from './slide.ts'

/** Repeats the body `count` times, a number known when the code is made or when it runs. */
export function repeat(code: Code, count: Int, body: (i: Local<'i32'>) => void): void {
  const i = code.local('i32')
  if (count === 0) return
  code.for(i, { from: 0, to: count }, () => body(i))
}

/** Writes zeros over `bytes`, a multiple of 16. */
export function emitZeros(code: Code, at: Int, bytes: Int): void {
  const place = code.let(i32.add(at, 0))
  const end = code.let(i32.add(place, bytes))
  code.while(
    () => i32.ltU(place, end),
    () => {
      code.run(v128.store(place, i8x16.const(Array.from({ length: 16 }, () => 0))))
      code.increase(place, 16)
    },
  )
}

/** A shuffle of words as one of bytes. */
export function words(...places: readonly number[]): number[] {
  return places.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))
}

/** Numbers a step apart that are copied to numbers a step apart; steps in bytes. */
export interface Run {
  readonly lanes: Lanes
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Writes the code that copies a run, from address `source` to address `target`. */
export function emitRun(code: Code, run: Run, source: Local<'i32'>, target: Local<'i32'>): void {
  const { lanes, count } = run
  // Reading every second number as whole vectors reads one more, which there is but at the end.
  const pairs = run.from === 2 * lanes.bytes && run.to === lanes.bytes && lanes.count === 4
  const whole = Math.floor((pairs ? count - 1 : count) / lanes.count)
  const unroll = Math.min(4, whole)
  const turns = unroll === 0 ? 0 : Math.floor(whole / unroll)
  const [from, to] = [code.let(i32.add(source, 0)), code.let(i32.add(target, 0))]
  const four = (first: number): void => emitVector(code, run, from, to, first)
  if (turns > 2) {
    repeat(code, turns, () => {
      for (let u = 0; u < unroll; u++) four(u * lanes.count)
      code.increase(from, unroll * lanes.count * run.from)
      code.increase(to, unroll * lanes.count * run.to)
    })
  } else {
    for (let u = 0; u < turns * unroll; u++) four(u * lanes.count)
  }
  const done = turns > 2 ? 0 : turns * unroll * lanes.count
  const left = count - turns * unroll * lanes.count
  const vectors = whole - turns * unroll
  for (let u = 0; u < vectors; u++) four(done + u * lanes.count)
  for (let i = vectors * lanes.count; i < left; i++) one(code, run, from, to, done + i)
}

function one(
  code: Code,
  { lanes, from, to }: Run,
  source: Local<'i32'>,
  target: Local<'i32'>,
  i: number,
): void {
  const [at, offset] = placeAt(source, i * from)
  code.run(lanes.storeLane(target, lanes.loadOne(at, offset), 0, i * to))
}

function emitVector(code: Code, run: Run, source: Local<'i32'>, target: Local<'i32'>, first: number): void {
  const { lanes, from, to } = run
  if (to !== lanes.bytes) {
    for (let lane = 0; lane < lanes.count; lane++) one(code, run, source, target, first + lane)
    return
  }
  if (from === lanes.bytes) {
    code.run(v128.store(target, v128.load(source, first * from), first * to))
    return
  }
  if (from === 2 * lanes.bytes && lanes.count === 4) {
    const [a, b] = [v128.load(source, first * from), v128.load(source, first * from + 16)]
    code.run(v128.store(target, i8x16.shuffle(a, b, words(0, 2, 4, 6)), first * to))
    return
  }
  const x = code.local('v128')
  for (let lane = 0; lane < lanes.count; lane++) {
    const [at, offset] = placeAt(source, (first + lane) * from)
    code.set(x, lane === 0 ? lanes.loadOne(at, offset) : lanes.loadLane(at, x, lane, offset))
  }
  code.run(v128.store(target, x, first * to))
}
