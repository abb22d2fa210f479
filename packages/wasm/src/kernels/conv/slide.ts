import {
  type Code,
  type FunctionRef,
  i32,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import type { Lanes } from '../gemm/lanes.ts'

/** What a function made by {@link slideFunction} computes. */
export interface Slide {
  readonly lanes: Lanes
  /** Output channels at a time. */
  readonly rows: number
  /** Vectors of outputs at a time. */
  readonly vectors: number
  /** Bytes from an output's place in the copy to what each kernel element meets: written out, or how many a table has. */
  readonly taps: readonly number[] | number
  readonly channelStride: number
  /** Bytes between output channels, and between the outputs of a vector. */
  readonly out: { readonly row: number; readonly lane: number }
  /** Lanes that are stored; a number known when running where it is 0. */
  readonly stored: number
  /** Whether the sum may be a part of one: what the flags then say. */
  readonly partial: boolean
}

/** What a sum that is not whole is told: take up what was kept, and keep rather than store. */
export const slideFlags = { resume: 1, keep: 2 } as const

/** The parameters: places, their end, weights, their end, input, output, kept sums, flags, lanes to store, taps. */
const parameters = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const

/** A place to load from or store to that may lie before its base. */
export function placeAt(
  base: Local<'i32'>,
  bytes: number,
): [Local<'i32'> | ReturnType<typeof i32.add>, number] {
  return bytes >= 0 ? [base, bytes] : [i32.add(base, bytes), 0]
}

/**
 * A function that slides kernels of some output channels over outputs listed in a table (for each vector where it lies in
 * the copy and in the output, in bytes). Every output is summed in the same order, whatever the size of the tile: channel
 * by channel, kernel element by kernel element.
 */
export function slideFunction(module: ModuleBuilder, slide: Slide): FunctionRef {
  return module.once(`slide ${JSON.stringify({ ...slide, lanes: slide.lanes.dtype })}`, () =>
    module.function('slide', parameters, null, (code, ...given) => emitSlide(code, slide, given)),
  )
}

function emitSlide(code: Code, slide: Slide, given: readonly Local<'i32'>[]): void {
  const [places, placesEnd, weights, weightsEnd, input, output, kept, flags, stored, listed] = given as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ]
  const { lanes, rows, vectors, taps } = slide
  const each = Array.from({ length: vectors }, (_, v) => v)
  const sources = each.map(() => code.local('i32'))
  const targets = each.map(() => code.local('i32'))
  const xs = each.map(() => code.local('v128'))
  const sums = Array.from({ length: rows * vectors }, () => code.local('v128'))
  const sumAt = (row: number, v: number) => sums[row * vectors + v] as Local<'v128'>
  const factor = code.local('v128')
  const weight = code.local('i32')

  const tap = (read: (source: Local<'i32'>) => Vector): void => {
    for (const v of each) code.set(xs[v] as Local<'v128'>, read(sources[v] as Local<'i32'>))
    for (let row = rows - 1; row >= 0; row--) {
      code.set(factor, lanes.splat(weight, row * lanes.bytes))
      for (const v of each) code.set(sumAt(row, v), lanes.madd(factor, xs[v] as Local<'v128'>, sumAt(row, v)))
    }
    code.increase(weight, rows * lanes.bytes)
  }
  const channel = (): void => {
    if (typeof taps === 'number') {
      const place = code.local('i32')
      code.for(place, { from: listed, to: i32.add(listed, 4 * taps), step: 4 }, () => {
        const at = code.let(i32.load(place))
        tap((source) => v128.load(i32.add(source, at)))
      })
      return
    }
    for (const [t, at] of taps.entries()) {
      if (t > 0) separate(code, weight, sums, t)
      tap((source) => v128.load(source, at))
    }
  }

  code.while(
    () => i32.ltU(places, placesEnd),
    () => {
      for (const v of each) {
        code.set(sources[v] as Local<'i32'>, i32.add(input, i32.load(places, 8 * v)))
        code.set(targets[v] as Local<'i32'>, i32.add(output, i32.load(places, 8 * v + 4)))
      }
      for (const sum of sums) code.set(sum, lanes.zero)
      if (slide.partial) {
        code.if(i32.and(flags, slideFlags.resume), () => {
          for (const [i, sum] of sums.entries()) code.set(sum, v128.load(kept, 16 * i))
        })
      }
      if (taps !== 0) {
        code.set(weight, weights)
        code.while(
          () => i32.ltU(weight, weightsEnd),
          () => {
            channel()
            for (const source of sources) code.increase(source, slide.channelStride)
          },
        )
      }
      const store = (): void => {
        for (let row = 0; row < rows; row++) {
          for (const v of each) emitStore(code, slide, targets[v] as Local<'i32'>, sumAt(row, v), row, stored)
        }
      }
      if (slide.partial) {
        code.if(
          i32.and(flags, slideFlags.keep),
          () => {
            for (const [i, sum] of sums.entries()) code.run(v128.store(kept, sum, 16 * i))
          },
          store,
        )
        code.increase(kept, 16 * sums.length)
      } else store()
      code.increase(places, 8 * vectors)
    },
  )
}

/**
 * Keeps the instructions of two steps apart. Node 20 and 22 order those of a block anew, loads before sums: with two steps
 * in one block there are more loaded vectors than registers. What is never reached here needs all sums, which ends the
 * block and has them computed before it. `address` is one that is never as small as `i`, which differs from step to step.
 */
export function separate(code: Code, address: Local<'i32'>, sums: readonly Local<'v128'>[], i: number): void {
  code.if(i32.eq(address, i), () => {
    for (const [place, sum] of sums.entries()) code.run(v128.store(address, sum, 16 * place))
    code.return()
  })
}

function emitStore(
  code: Code,
  { lanes, out, stored }: Slide,
  target: Local<'i32'>,
  sum: Local<'v128'>,
  row: number,
  wanted: Local<'i32'>,
): void {
  if (stored === lanes.count && out.lane === lanes.bytes) {
    const [base, bytes] = placeAt(target, row * out.row)
    code.run(v128.store(base, sum, bytes))
    return
  }
  for (let lane = 0; lane < (stored === 0 ? lanes.count : stored); lane++) {
    const [base, bytes] = placeAt(target, row * out.row + lane * out.lane)
    const put = (): void => code.run(lanes.storeLane(base, sum, lane, bytes))
    if (stored === 0 && lane > 0) code.if(i32.gtU(wanted, lane), put)
    else put()
  }
}
