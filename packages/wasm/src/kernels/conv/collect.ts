import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local, type ModuleBuilder } from '../../assembler/index.ts'
import { lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { dotOf, entry, type Plan, planOf } from './collect-plan.ts'
import { emitCopy } from './copy.ts'
import { type Dot, dotFunction } from './dot.ts'
import { keyOf } from './key.ts'
import { emitZeros, repeat } from './run.ts'
import { type Part, product } from './window.ts'

/**
 * Convolution by dot products, for kernels larger than the output: vectors lie along the kernel's last axis, and tiles of
 * output channels × outputs are summed in registers. A thread copies what it needs of the input with its padding; the
 * kernel is read where it lies.
 */
export const generateCollect: Generate<ConvKernel> = (kernel, features) => {
  const lanes = lanesOf(kernel.dtype === 'f64' ? 'f64' : 'f32', features)
  const plan = planOf(kernel, lanes)
  const { n, c, o, groups, axes } = kernel
  const tiles = Math.ceil(o / plan.height)
  const work =
    c * product(axes.map((axis) => axis.kernel * axis.output)) * plan.images * Math.min(o, plan.height)
  return {
    operands: [kernel.x.buffer, kernel.w.buffer, kernel.out.buffer, operand.private],
    workspaceBytes: 0,
    privateBytes: plan.privateBytes,
    phases: [
      {
        key: `conv-collect ${keyOf(kernel)} ${features.relaxedSimd}`,
        outer: Math.ceil(n / plan.images) * groups * tiles,
        grain: 1,
        cost: Math.ceil((2 * work) / (8 * lanes.count)),
        emit: (module) =>
          module.function('conv', phaseParameters, null, (code, table, from, to) =>
            emitCollect(module, code, kernel, plan, { table, from, to, tiles }),
          ),
      },
    ],
  }
}

interface Range {
  readonly table: Local<'i32'>
  readonly from: Local<'i32'>
  readonly to: Local<'i32'>
  /** Tiles of output channels in a group. */
  readonly tiles: number
}

function emitCollect(
  module: ModuleBuilder,
  code: Code,
  kernel: ConvKernel,
  plan: Plan,
  { table, from, to, tiles }: Range,
): void {
  const { lanes, images, channels, rows, blocks, parts } = plan
  const { n, c, o, groups, x, w, out } = kernel
  const [xAt, wAt, outAt, own] = [0, 4, 8, 12].map((place) => code.let(i32.load(table, place))) as [
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
    Local<'i32'>,
  ]
  const copy = code.let(i32.add(own, plan.copyAt))
  const starts = emitTables(code, kernel, plan, own)
  emitZeros(code, copy, images * plan.imageStride)
  const bytes = (base: Local<'i32'>, elements: Int): Local<'i32'> =>
    code.let(i32.add(base, i32.mul(elements, lanes.bytes)))
  const firstShare = code.let(i32.divU(from, tiles))
  const lastShare = code.let(i32.divU(i32.add(to, tiles - 1), tiles))
  const fresh = code.let(i32.const(1))
  const channel = code.local('i32')
  const step = code.local('i32')
  const share = code.local('i32')
  const taken = code.local('i32')
  const tile = code.local('i32')

  if (parts.length > 1 || (parts[0]?.taps.length ?? 0) < product(kernel.axes.map((axis) => axis.output))) {
    // Not every part reaches every output.
    code.for(tile, { from, to }, () => {
      emitClear(code, kernel, plan, outAt, tile, tiles)
    })
    code.set(fresh, i32.const(0))
  }
  code.for(channel, { from: 0, to: c, step: channels }, () => {
    code.set(taken, i32.sub(c, channel))
    code.if(i32.gtS(taken, channels), () => code.set(taken, i32.const(channels)))
    code.for(step, { from: 0, to: blocks * rows, step: rows }, () => {
      code.for(share, { from: firstShare, to: lastShare }, () => {
        const image = code.let(i32.mul(i32.divU(share, groups), images))
        const group = code.let(i32.remU(share, groups))
        const count = code.let(i32.sub(n, image))
        code.if(i32.gtS(count, images), () => code.set(count, i32.const(images)))
        const [imageStride = 0, channelStride = 0] = x.strides
        const plane = i32.add(i32.mul(group, c), channel)
        const source = bytes(
          xAt,
          i32.add(i32.add(i32.mul(image, imageStride), i32.mul(plane, channelStride)), x.offset),
        )
        emitCopy(
          code,
          kernel,
          { ...plan, wide: 1, moving: blocks > 1 },
          {
            source,
            target: copy,
            images: count,
            channels: taken,
            step,
          },
        )
        const first = code.let(i32.mul(share, tiles))
        code.set(tile, i32.sub(from, first))
        code.if(i32.ltS(tile, 0), () => code.set(tile, i32.const(0)))
        const end = code.let(i32.sub(to, first))
        code.if(i32.gtS(end, tiles), () => code.set(end, i32.const(tiles)))
        code.for(tile, { to: end }, () => {
          const feature = code.let(i32.add(i32.mul(group, o), i32.mul(tile, plan.height)))
          const weights = bytes(
            wAt,
            i32.add(
              i32.add(i32.mul(feature, w.strides[0] ?? 0), i32.mul(channel, w.strides[1] ?? 0)),
              w.offset,
            ),
          )
          const target = bytes(
            outAt,
            i32.add(
              i32.add(i32.mul(image, out.strides[0] ?? 0), i32.mul(feature, out.strides[1] ?? 0)),
              out.offset,
            ),
          )
          for (const [p, part] of parts.entries()) {
            const places = code.let(i32.add(own, starts[p] ?? 0))
            const listed = { places, count, taps: part.taps.length }
            const call = (height: number): void =>
              emitPart(module, code, kernel, plan, part, height, {
                ...listed,
                weights,
                target,
                copy,
                taken,
                step,
                add: i32.eqz(fresh),
              })
            if (o % plan.height === 0) call(plan.height)
            else
              code.if(
                i32.eq(tile, tiles - 1),
                () => call(o % plan.height),
                () => call(plan.height),
              )
          }
        })
      })
      code.set(fresh, i32.const(0))
    })
  })
}

/** Lists the outputs of each part, for one image after the other; gives where each list begins. */
function emitTables(code: Code, { out }: ConvKernel, plan: Plan, own: Local<'i32'>): number[] {
  let at = 0
  return plan.parts.map(({ taps }) => {
    const start = at
    for (let image = 0; image < plan.images; image++) {
      for (const tap of taps) {
        code.run(i32.store(own, image * plan.imageStride + tap.at, at))
        code.run(i32.store(own, (image * (out.strides[0] ?? 0) + tap.place) * plan.lanes.bytes, at + 4))
        at += entry
      }
    }
    return start
  })
}

/** Writes zeros to the outputs of a tile. */
function emitClear(
  code: Code,
  { n, o, groups, axes, out }: ConvKernel,
  { lanes, images, height }: Plan,
  outAt: Local<'i32'>,
  unit: Local<'i32'>,
  tiles: number,
): void {
  const share = code.let(i32.divU(unit, tiles))
  const image = code.let(i32.mul(i32.divU(share, groups), images))
  const tile = code.let(i32.mul(i32.remU(unit, tiles), height))
  const count = code.let(i32.sub(n, image))
  code.if(i32.gtS(count, images), () => code.set(count, i32.const(images)))
  const rows = code.let(i32.sub(o, tile))
  code.if(i32.gtS(rows, height), () => code.set(rows, i32.const(height)))
  const feature = i32.add(i32.mul(i32.remU(share, groups), o), tile)
  const [imageStride = 0, featureStride = 0] = out.strides
  const start = i32.add(i32.add(i32.mul(image, imageStride), i32.mul(feature, featureStride)), out.offset)
  const sizes: Int[] = [count, rows, ...axes.map((axis) => axis.output)]
  const level = (depth: number, at: Local<'i32'>): void => {
    const size = sizes[depth]
    if (size === undefined) {
      code.run(lanes.storeLane(at, lanes.zero, 0))
      return
    }
    const place = code.let(i32.add(at, 0))
    repeat(code, size, () => {
      level(depth + 1, place)
      code.increase(place, (out.strides[depth] ?? 0) * lanes.bytes)
    })
  }
  level(0, code.let(i32.add(outAt, i32.mul(start, lanes.bytes))))
}

interface Call {
  readonly places: Local<'i32'>
  /** Images, and outputs of each. */
  readonly count: Local<'i32'>
  readonly taps: number
  readonly weights: Local<'i32'>
  readonly target: Local<'i32'>
  readonly copy: Local<'i32'>
  readonly taken: Local<'i32'>
  readonly step: Local<'i32'>
  readonly add: Int
}

function emitPart(
  module: ModuleBuilder,
  code: Code,
  { w, out }: ConvKernel,
  plan: Plan,
  part: Part,
  height: number,
  call: Call,
): void {
  const { lanes, rows, blocks, columns } = plan
  const end = code.let(i32.add(call.places, i32.mul(call.count, call.taps * entry)))
  const steps = code.let(i32.sub(part.counts[0] ?? 0, call.step))
  if (blocks > 1) {
    code.if(i32.gtS(steps, rows), () => code.set(steps, i32.const(rows)))
  }
  const dot = { ...dotOf(w.strides, out.strides[1] ?? 0, plan, part, height), columns }
  const stepBytes = (plan.periods[0] ?? 1) * (w.strides[2] ?? 0) * lanes.bytes
  const weights = code.let(
    i32.add(i32.add(call.weights, part.first * lanes.bytes), i32.mul(call.step, stepBytes)),
  )
  const run = (by: Dot, from: Local<'i32'>, to: Local<'i32'>): void =>
    code.run(
      module.call(
        dotFunction(module, by),
        ...([from, to, weights, call.copy, call.target, call.taken, steps, call.add] as Int[]),
      ),
    )
  if (columns === 1) {
    run(dot, call.places, end)
    return
  }
  const whole = code.let(i32.sub(end, i32.mul(i32.remU(i32.mul(call.count, call.taps), columns), entry)))
  run(dot, call.places, whole)
  code.if(i32.ne(whole, end), () => run({ ...dot, columns: 1 }, whole, end))
}
