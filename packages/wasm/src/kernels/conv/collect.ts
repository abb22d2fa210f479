import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local, type ModuleBuilder } from '../../assembler/index.ts'
import { type Lanes, lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { emitCopy } from './copy.ts'
import { type Dot, dotFunction, type Step, type Turn } from './dot.ts'
import { keyOf } from './key.ts'
import { residuesOf } from './residues.ts'
import { emitZeros, repeat } from './run.ts'
import { type Part, partsOf, product, type Window, windowOf } from './window.ts'

/** Bytes of a table's entry: where an output begins in the copy, and where it is put. */
const entry = 8
/** So much of the input, and so much of the weights, is gone through at a time, to stay in a core's cache. */
const copyBytes = 192 * 1024
const weightBytes = 512 * 1024
/** What one tile goes through, to stay in the first of a core's caches. */
const tileBytes = 24 * 1024
/** So many products a lane sums before they are added to what there is. */
const longestSum = 256

/** Outputs at a time with so many output channels: what fits into 15 registers with the vectors of a step. */
const widest = [0, 6, 4, 2, 2]

/** How a convolution with a large kernel and few outputs is cut up: the gradient of an ordinary one's kernel. */
interface Plan {
  readonly lanes: Lanes
  readonly window: Window
  readonly parts: readonly Part[]
  readonly periods: readonly number[]
  /** Images whose outputs are computed together. */
  readonly images: number
  readonly channels: number
  readonly imageStride: number
  /** Steps along the kernel's first axis at a time. */
  readonly rows: number
  readonly blocks: number
  /** Output channels and outputs in a tile. */
  readonly height: number
  readonly columns: number
  readonly copyAt: number
  readonly privateBytes: number
}

/** The roles of kernel and output exchanged: kernel elements that meet the same outputs are what is gone through. */
function planOf({ axes, n, c, o, groups, w, out }: ConvKernel, lanes: Lanes): Plan {
  const along = axes.map((axis) =>
    residuesOf({
      ...axis,
      output: axis.kernel,
      kernel: axis.output,
      stride: axis.dilation,
      dilation: axis.stride,
    }),
  )
  const outputs = product(axes.map((axis) => axis.output))
  const images = outputs % 2 === 1 && n > 1 ? 2 : 1
  const most = Math.max(...(along[0]?.list ?? []).map(({ count }) => count))
  const windowWith = (rows: number): Window => windowOf(along, rows, lanes.count, lanes.bytes)
  let rows = most
  while (rows > 1 && images * windowWith(rows).planeStride > copyBytes) rows = Math.ceil(rows / 2)
  const window = windowWith(rows)
  const blocks = Math.ceil(most / rows)

  const kernel = product(axes.map((axis) => axis.kernel))
  const vectors = Math.ceil(kernel / lanes.count)
  const height = Math.max(1, Math.min(o, 4))
  let channels = blocks > 1 ? 1 : Math.min(c, Math.ceil(longestSum / vectors))
  const large = (): boolean =>
    images * channels * window.planeStride > copyBytes ||
    (channels * vectors > longestSum / 4 &&
      (channels * (images * window.planeStride + height * kernel * lanes.bytes) > tileBytes ||
        channels * kernel * o * groups * lanes.bytes > weightBytes))
  while (channels > 1 && large()) channels = Math.ceil(channels / 2)

  const tiles = Math.ceil((images * outputs) / (widest[height] ?? 2))
  const copyAt =
    64 * Math.ceil((images * outputs * along.reduce((all, { period }) => all * period, 1) * entry) / 64)
  return {
    lanes,
    window,
    parts: partsOf(along, window, { places: w.strides.slice(2), taps: out.strides.slice(2) }),
    periods: along.map(({ period }) => period),
    images,
    channels,
    imageStride: channels * window.planeStride,
    rows,
    blocks,
    height,
    columns: Math.ceil((images * outputs) / tiles),
    copyAt,
    privateBytes: copyAt + images * channels * window.planeStride + 64,
  }
}

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

/** At most so many steps are written out, and so many of a row that is not cut. */
const longestBody = 8
const longestRow = 16

/** The loops over a part's kernel elements: rows written out where they are short, several of them if need be. */
function dotOf(
  weightStrides: readonly number[],
  outRow: number,
  { lanes, window, blocks, periods }: Plan,
  { counts }: Part,
  height: number,
): Dot {
  const last = counts.length - 1
  const along = (axis: number): number => (periods[axis] ?? 1) * (weightStrides[axis + 2] ?? 0) * lanes.bytes
  const turns: Turn[] = [
    { count: 'channels', w: (weightStrides[1] ?? 0) * lanes.bytes, x: window.planeStride },
  ]
  for (let axis = 0; axis < last; axis++) {
    const count = axis === 0 && blocks > 1 ? ('steps' as const) : (counts[axis] ?? 0)
    turns.push({ count, w: along(axis), x: (window.steps[axis] ?? 1) * (window.strides[axis] ?? 0) })
  }
  const row = counts[last] ?? 0
  const vector = { w: lanes.count * along(last), x: lanes.count * window.unit }
  const stepsOf = (from: number, to: number): Step[] =>
    Array.from({ length: Math.ceil((to - from) / lanes.count) }, (_, i) => ({
      w: i * vector.w,
      x: i * vector.x,
      lanes: Math.min(lanes.count, to - from - i * lanes.count),
    }))
  let steps = stepsOf(0, row)
  let after: Step[] = []
  if (steps.length > longestRow) {
    const cut = longestBody * lanes.count
    turns.push({ count: Math.floor(row / cut), w: longestBody * vector.w, x: longestBody * vector.x })
    steps = stepsOf(0, cut)
    after = stepsOf(0, row % cut)
  } else {
    for (let turn = turns.at(-1); turn !== undefined && typeof turn.count === 'number'; turn = turns.at(-1)) {
      const { count, w, x } = turn
      const body = steps
      let times = Math.max(1, Math.min(count, Math.floor(longestBody / body.length)))
      while (count % times !== 0) times -= 1
      turns.pop()
      steps = Array.from({ length: times }, (_, i) =>
        body.map((step) => ({ w: step.w + i * w, x: step.x + i * x, lanes: step.lanes })),
      ).flat()
      if (times === count) continue
      turns.push({ count: count / times, w: times * w, x: times * x })
      break
    }
  }
  return {
    lanes,
    rows: height,
    columns: 0,
    weightRow: (weightStrides[0] ?? 0) * lanes.bytes,
    outRow: outRow * lanes.bytes,
    weightLane: along(last),
    turns,
    steps,
    after,
  }
}
