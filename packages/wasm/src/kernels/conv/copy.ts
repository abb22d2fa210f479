import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local } from '../../assembler/index.ts'
import type { Lanes } from '../gemm/lanes.ts'
import { inside } from './layout.ts'
import { emitRun, emitZeros, repeat } from './run.ts'
import type { Window } from './window.ts'

/** How the copy is laid out. */
interface Copy {
  readonly lanes: Lanes
  readonly window: Window
  /** Images whose places are next to each other. */
  readonly wide: number
  /** Bytes from one image (or `wide` of them) to the next. */
  readonly imageStride: number
  /** Whether a window may lie anywhere along the first axis. */
  readonly moving: boolean
}

/** Which part of the input is copied. */
interface Region {
  /** Address of the first number of its first image and channel. */
  readonly source: Local<'i32'>
  readonly target: Local<'i32'>
  /** Images, from `source` on. */
  readonly images: Int
  readonly channels: Int
  /** The first step along the first axis. */
  readonly step: Local<'i32'>
}

/** Writes the code that copies a region, and surrounds it with zeros where the copy was cleared before. */
export function emitCopy(code: Code, kernel: ConvKernel, copy: Copy, region: Region): void {
  const { lanes, wide, window } = copy
  const [image = 0, channel = 0] = kernel.x.strides
  repeat(code, region.images, (i) => {
    const from = code.let(i32.add(region.source, i32.mul(i, image * lanes.bytes)))
    const batch = wide === 1 ? i : i32.divU(i, wide)
    const lane = wide === 1 ? 0 : i32.mul(i32.remU(i, wide), lanes.bytes)
    const to = code.let(i32.add(i32.add(region.target, lane), i32.mul(batch, copy.imageStride)))
    repeat(code, region.channels, () => {
      emitPlane(code, kernel, copy, from, to, region.step)
      code.increase(from, channel * lanes.bytes)
      code.increase(to, window.planeStride)
    })
  })
}

function emitPlane(
  code: Code,
  { axes, x }: ConvKernel,
  { lanes, window, moving }: Copy,
  source: Local<'i32'>,
  target: Local<'i32'>,
  step: Local<'i32'>,
): void {
  const { from, lengths, strides, steps } = window
  const last = axes.length - 1
  const bytes = (axis: number): number => (x.strides[axis + 2] ?? 0) * lanes.bytes
  const level = (axis: number, at: Local<'i32'>, to: Local<'i32'>): void => {
    const along = axes[axis]
    if (along === undefined) return
    if (axis === last) {
      emitRow(code, lanes, window, inside(along, from[last] ?? 0, lengths[last] ?? 0), bytes(last), at, to)
      return
    }
    const length = lengths[axis] ?? 0
    const place = code.local('i32')
    const end = code.local('i32')
    const first = code.local('i32')
    if (axis === 0 && moving) {
      code.set(first, i32.add(i32.mul(step, steps[0] ?? 1), from[0] ?? 0))
      code.set(place, i32.const(0))
      code.set(end, i32.sub(along.input, first))
      code.if(i32.ltS(first, 0), () => code.set(place, i32.sub(0, first)))
      code.if(i32.gtS(end, length), () => code.set(end, i32.const(length)))
      code.if(i32.or(place, i32.ltS(end, length)), () => emitZeros(code, target, window.planeStride))
    } else {
      const range = inside(along, from[axis] ?? 0, length)
      code.set(first, i32.const(from[axis] ?? 0))
      code.set(place, i32.const(range.start))
      code.set(end, i32.const(range.end))
    }
    // Where only every so many places are met, the others stay as they are.
    const stride = window.met[axis]?.size === 1 ? (steps[axis] ?? 1) : 1
    if (stride > 1) code.set(place, i32.mul(i32.divU(i32.add(place, stride - 1), stride), stride))
    const inner = code.let(i32.add(at, i32.mul(i32.add(place, first), bytes(axis))))
    const innerTo = code.let(i32.add(to, i32.mul(place, strides[axis] ?? 0)))
    code.for(place, { to: end, step: stride }, () => {
      level(axis + 1, inner, innerTo)
      code.increase(inner, stride * bytes(axis))
      code.increase(innerTo, stride * (strides[axis] ?? 0))
    })
  }
  level(0, source, target)
}

/** Places of a row, those of one remainder after another. */
function emitRow(
  code: Code,
  lanes: Lanes,
  { unit, from, steps, remainder, met }: Window,
  { start, end }: { readonly start: number; readonly end: number },
  bytes: number,
  source: Local<'i32'>,
  target: Local<'i32'>,
): void {
  const [first, step] = [from.at(-1) ?? 0, steps.at(-1) ?? 1]
  for (const r of met.at(-1) ?? []) {
    const [column, columnEnd] = [Math.ceil((start - r) / step), Math.ceil((end - r) / step)].map((c) =>
      Math.max(0, c),
    ) as [number, number]
    if (columnEnd <= column) continue
    const at = code.let(i32.add(source, (first + column * step + r) * bytes))
    const to = code.let(i32.add(target, r * remainder + column * unit))
    emitRun(code, { lanes, count: columnEnd - column, from: step * bytes, to: unit }, at, to)
  }
}
