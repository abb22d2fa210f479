import type { DType } from '@samkit/core'
import {
  type Code,
  f32,
  f32x4,
  type Int,
  i32,
  type Local,
  type Value,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { addressOf } from './lines.ts'
import { type Sum, sumOf } from './sum.ts'

/** An axis that windows lie along: `count` windows of `kernel` elements over `length` places. */
export interface FoldAxis {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly length: number
  readonly count: number
}

/** A row of the result, to be written at `there`. */
export interface Row {
  readonly dtype: DType
  readonly bytes: number
  /** Elements of one window over all axes. */
  readonly windowSize: number
  readonly last: FoldAxis
  /** The most rows of windows that reach a row of the result. */
  readonly overlap: number
  readonly there: Local<'i32'>
  /** Visits the rows of windows that reach it. */
  each(body: (at: Local<'i32'>) => void): void
}

/** Sums of so few f32 that adding in f32 gives the same as in f64: what two terms round to does not depend on it. */
function sumOfTerms(dtype: DType, terms: number): Sum {
  const sum = sumOf(dtype)
  if (dtype !== 'f32' || terms > 2) return sum
  return {
    type: 'f32',
    count: 1,
    zero: f32.const(0),
    read: f32.load,
    add: (a, b) => f32.add(a as Value<'f32'>, b as Value<'f32'>),
    write: (address, total, offset) => f32.store(address, total as Value<'f32'>, offset),
  }
}

/** Writes a row element by element, each from all windows that reach it, in their order. For a dilation of 1. */
export function pullRow(code: Code, row: Row): void {
  const { overlap, each } = row
  const count = code.let(i32.const(0))
  const sources = Array.from({ length: overlap }, () => code.local('i32'))
  each((at) => {
    const put = (i: number): void => {
      const source = sources[i]
      if (source === undefined) return
      code.if(
        i32.eq(count, i),
        () => code.set(source, at),
        () => put(i + 1),
      )
    }
    put(0)
    code.increase(count, 1)
  })
  const choose = (n: number): void => {
    if (n === overlap) {
      elements(code, row, sources)
      return
    }
    code.if(
      i32.eq(count, n),
      () => elements(code, row, sources.slice(0, n)),
      () => choose(n + 1),
    )
  }
  choose(0)
}

/** The elements of a row that is reached by just these rows of windows. */
function elements(code: Code, row: Row, sources: readonly Local<'i32'>[]): void {
  const { bytes, windowSize, last, there, dtype } = row
  const { kernel, stride, length, count } = last
  const step = windowSize * bytes
  /** How many windows before the one that begins in this stride reach into it. */
  const back = Math.ceil(kernel / stride) - 1
  const j = code.let(i32.const(0))
  const [at, to] = [code.local('i32'), sources.map(() => code.local('i32'))]
  const stretch = (until: number, inside: boolean): void => {
    code.for(j, { to: until }, () => {
      code.set(at, addressOf(there, j, stride * bytes))
      if (inside) {
        sources.forEach((source, i) => {
          code.set(to[i] as Local<'i32'>, i32.add(source, i32.mul(i32.sub(j, back), step)))
        })
      }
      for (let rest = 0; rest < stride; rest++) {
        const taps: { readonly before: number; readonly offset: number }[] = []
        for (let before = back; before >= 0; before--) {
          const offset = (rest + before * stride) * bytes
          if (rest + before * stride < kernel) taps.push({ before, offset })
        }
        const sum = sumOfTerms(dtype, taps.length * sources.length)
        const total = code.local(sum.type)
        const gather = (): void => {
          code.set(total, sum.zero)
          for (const [i, source] of sources.entries()) {
            for (const { before, offset } of taps) {
              if (inside) {
                const read = sum.read(to[i] as Local<'i32'>, (back - before) * step + offset)
                code.set(total, sum.add(total, read))
                continue
              }
              const o = i32.sub(j, before)
              code.if(i32.ltU(o, count), () =>
                code.set(total, sum.add(total, sum.read(addressOf(source, o, step), offset))),
              )
            }
          }
          code.run(sum.write(at, total, rest * bytes))
        }
        const exists: Int = i32.ltS(i32.add(i32.mul(j, stride), rest), length)
        if (inside) gather()
        else code.if(exists, gather)
      }
    })
  }
  /** Two windows at a time where they are 2 wide and lie side by side, which is the pooling most in use. */
  const pairs = (until: number): void => {
    code.while(
      () => i32.leS(i32.add(j, 2), until),
      () => {
        code.set(at, addressOf(there, j, stride * bytes))
        let total: Vector = f32x4.const(0)
        for (const [i, source] of sources.entries()) {
          const own = to[i] as Local<'i32'>
          code.set(own, i32.add(source, i32.mul(j, step)))
          total = f32x4.add(total, v128.load64Lane(own, v128.load64Zero(own), 1, step))
        }
        code.run(v128.store(at, total))
        code.increase(j, 2)
      },
    )
  }
  // At both ends some windows are missing.
  const all = Math.ceil(length / stride)
  stretch(Math.min(back, all), false)
  const inner = Math.min(count, Math.floor(length / stride))
  if (dtype === 'f32' && kernel === 2 && stride === 2 && sources.length <= 2) pairs(inner)
  stretch(inner, true)
  stretch(all, false)
}
