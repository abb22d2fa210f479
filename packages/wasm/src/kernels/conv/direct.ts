import type { ConvKernel } from '@samkit/core/compiler'
import {
  type Code,
  type Int,
  i32,
  type Local,
  type ModuleBuilder,
  type Value,
} from '../../assembler/index.ts'
import { lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { type Block, blockBytes, emitBlocks, entry, outerOf } from './blocks.ts'
import { emitCopy } from './copy.ts'
import { keyOf } from './key.ts'
import { type Layout, layoutOf, type VectorPart } from './layout.ts'
import { emitPackWeights, type Packing, packingOf } from './packing.ts'
import { repeat } from './run.ts'
import { type Slide, slideFlags, slideFunction } from './slide.ts'

/**
 * Convolution by sliding: a thread copies some images (or rows of one) with their padding, and computes tiles of output
 * channels × adjacent outputs from the copy, all in registers. Weights are packed in a phase before.
 */
export const generateDirect: Generate<ConvKernel> = (kernel, features) => {
  const lanes = lanesOf(kernel.dtype === 'f64' ? 'f64' : 'f32', features)
  const layout = layoutOf(kernel, lanes)
  const packing = packingOf(kernel, layout)
  const { n, c, o, groups } = kernel
  const sums = layout.parts.reduce(
    (sum, part) => sum + o * c * part.taps.length * part.counts.reduce((all, count) => all * count, 1),
    0,
  )
  const key = `${keyOf(kernel)} ${features.relaxedSimd}`
  const { outer } = outerOf(kernel, layout)
  return {
    operands: [kernel.x.buffer, kernel.w.buffer, kernel.out.buffer, operand.workspace, operand.private],
    workspaceBytes: packing.bytes,
    privateBytes: tapsOf(kernel, layout).end,
    byImage: true,
    phases: [
      {
        key: `conv-weights ${key}`,
        outer: groups * packing.tiles.length,
        grain: 1,
        cost: 2 * packing.rows * c * layout.parts.reduce((sum, part) => sum + part.taps.length, 0),
        emit: (module) =>
          module.function('weights', phaseParameters, null, (code, table, from, to) =>
            emitPackWeights(code, kernel, layout, packing, table, from, to),
          ),
      },
      {
        key: `conv-slide ${key}`,
        outer,
        grain: 1,
        cost: Math.ceil((2 * n * groups * sums) / (8 * lanes.count * outer)),
        emit: (module) =>
          module.function('conv', phaseParameters, null, (code, ...given) => {
            emitTaps(code, kernel, layout, given[0])
            emitBlocks(code, kernel, layout, given, (block) =>
              emitBlock(module, code, kernel, layout, packing, block),
            )
          }),
      },
    ],
  }
}

/** So many kernel elements are written out one after another; more are gone through by a table. */
const mostTaps = 64

/** Where in a thread's own scratch the tables of kernel elements begin, after what sums are kept, and where they end. */
function tapsOf({ o }: ConvKernel, layout: Layout): { starts: readonly number[]; end: number } {
  const { tables, copy } = blockBytes(layout)
  const kept = layout.turns > 1 ? 16 * o * layout.vectors * layout.rows * layout.images : 0
  let end = tables + copy + kept
  const starts = layout.parts.map(({ taps }) => {
    const start = end
    if (taps.length > mostTaps) end += 4 * taps.length
    return start
  })
  return { starts, end }
}

function emitTaps(code: Code, kernel: ConvKernel, layout: Layout, table: Local<'i32'>): void {
  const { starts } = tapsOf(kernel, layout)
  const own = code.let(i32.load(table, 16))
  for (const [p, { taps }] of layout.parts.entries()) {
    if (taps.length <= mostTaps) continue
    for (const [t, { at }] of taps.entries()) code.run(i32.store(own, at, (starts[p] ?? 0) + 4 * t))
  }
}

function emitBlock(
  module: ModuleBuilder,
  code: Code,
  kernel: ConvKernel,
  layout: Layout,
  packing: Packing,
  block: Block,
): void {
  const { lanes, channels, turns, wide } = layout
  const { c, o, groups, x, out } = kernel
  const channelBytes = (x.strides[1] ?? 0) * lanes.bytes
  const featureBytes = (out.strides[1] ?? 0) * lanes.bytes
  const batches = wide === 1 ? block.count : code.let(i32.divU(i32.add(block.count, wide - 1), wide))
  repeat(code, groups, (group) => {
    const place = code.let(i32.add(block.out, i32.mul(group, o * featureBytes)))
    repeat(code, turns, (turn) => {
      const first = turns === 1 ? i32.const(0) : code.let(i32.mul(turn, channels))
      const taken = turns === 1 ? i32.const(c) : code.let(i32.sub(c, first))
      if (turns > 1)
        code.if(i32.gtS(taken, channels), () => code.set(taken as Local<'i32'>, i32.const(channels)))
      const source = code.let(i32.add(block.x, i32.mul(i32.add(i32.mul(group, c), first), channelBytes)))
      emitCopy(
        code,
        kernel,
        { ...layout, moving: layout.blocks > 1 },
        {
          source,
          target: block.copy,
          images: block.count,
          channels: taken,
          step: block.step,
        },
      )
      const flags =
        turns === 1
          ? i32.const(0)
          : code.let(
              i32.or(
                i32.mul(i32.gtS(turn, 0), slideFlags.resume),
                i32.mul(i32.ltS(turn, turns - 1), slideFlags.keep),
              ),
            )
      for (const part of layout.parts) {
        emitPart(module, code, kernel, layout, packing, part, block, {
          group,
          first,
          taken,
          place,
          flags,
          batches,
        })
      }
    })
  })
}

interface Share {
  readonly group: Local<'i32'>
  /** First channel, and how many. */
  readonly first: Value<'i32'>
  readonly taken: Value<'i32'>
  /** The output of the group's first channel. */
  readonly place: Local<'i32'>
  readonly flags: Value<'i32'>
  readonly batches: Int
}

function emitPart(
  module: ModuleBuilder,
  code: Code,
  kernel: ConvKernel,
  layout: Layout,
  packing: Packing,
  part: VectorPart,
  block: Block,
  share: Share,
): void {
  const { lanes, rows, images, blocks, turns } = layout
  const { c, o, out } = kernel
  const last = part.counts.length - 1
  const vectorsBefore = part.before * rows * images
  const steps = part.counts[0] ?? 0

  // How many vectors this block has of the part.
  const count = code.local('i32')
  const target = code.local('i32')
  if (blocks > 1) {
    const left = code.let(i32.sub(steps, block.step))
    code.if(i32.gtS(left, rows), () => code.set(left, i32.const(rows)))
    code.if(i32.ltS(left, 0), () => code.set(left, i32.const(0)))
    code.set(count, i32.mul(left, part.vectors))
    const stepBytes = (layout.periods[0] ?? 1) * (out.strides[2] ?? 0) * lanes.bytes
    code.set(target, i32.add(share.place, i32.mul(block.step, stepBytes)))
  } else {
    code.set(count, i32.mul(share.batches, steps * part.vectors))
    code.set(target, share.place)
  }
  const table = code.let(i32.add(block.table, vectorsBefore * entry))
  const end = code.let(i32.add(table, i32.mul(count, entry)))
  const columns = packing.columns
  const whole = columns === 1 ? end : code.let(i32.sub(end, i32.mul(i32.remU(count, columns), entry)))
  const taps = part.taps.length
  const partAt = packing.starts[layout.parts.indexOf(part)] ?? 0
  const panels = code.let(
    i32.add(block.weights, i32.add(partAt, i32.mul(share.group, o * c * taps * lanes.bytes))),
  )
  const { copy } = blockBytes(layout)
  const kept = code.let(i32.add(i32.add(block.copy, copy), vectorsBefore * o * 16))
  const keptStep = (height: number): Value<'i32'> => i32.mul(count, height * 16)

  const stride = layout.window.planeStride
  const together = channelsTogether(kernel, layout, taps)
  const listed = taps > mostTaps || taps === 0
  const tapsAt = i32.add(block.table, tapsOf(kernel, layout).starts[layout.parts.indexOf(part)] ?? 0)

  const tile = (height: number): void => {
    const slide: Slide = {
      lanes,
      rows: height,
      vectors: columns,
      taps: listed
        ? taps
        : Array.from({ length: together }, (_, i) => part.taps.map(({ at }) => at + i * stride)).flat(),
      channelStride: together * stride,
      out: {
        row: (out.strides[1] ?? 0) * lanes.bytes,
        lane:
          layout.across === 'images'
            ? (out.strides[0] ?? 0) * lanes.bytes
            : (layout.periods[last] ?? 1) * (out.strides[last + 2] ?? 0) * lanes.bytes,
      },
      stored: layout.across === 'images' ? 0 : Math.min(lanes.count, part.counts[last] ?? 0),
      partial: turns > 1,
    }
    const weights = code.let(i32.add(panels, i32.mul(share.first, taps * height * lanes.bytes)))
    const weightsEnd = code.let(i32.add(weights, i32.mul(share.taken, taps * height * lanes.bytes)))
    const call = (by: Slide, from: Local<'i32'>, to: Local<'i32'>, sums: Value<'i32'>): void =>
      code.run(
        module.call(
          slideFunction(module, by),
          ...([
            from,
            to,
            weights,
            weightsEnd,
            block.copy,
            target,
            sums,
            share.flags,
            block.count,
            tapsAt,
          ] as Int[]),
        ),
      )
    call(slide, table, whole, kept)
    if (columns > 1) {
      code.if(i32.ne(whole, end), () =>
        call(
          { ...slide, vectors: 1 },
          whole,
          end,
          i32.add(kept, i32.mul(i32.sub(whole, table), (16 / entry) * height)),
        ),
      )
    }
  }
  const full = Math.floor(o / packing.rows)
  repeat(code, full, () => {
    tile(packing.rows)
    code.increase(panels, packing.rows * c * taps * lanes.bytes)
    code.increase(target, packing.rows * (out.strides[1] ?? 0) * lanes.bytes)
    code.set(kept, i32.add(kept, keptStep(packing.rows)))
  })
  if (o % packing.rows > 0) tile(o % packing.rows)
}

/** How many channels are written out one after another, where a kernel has few elements. */
function channelsTogether({ c }: ConvKernel, { channels, turns }: Layout, taps: number): number {
  const fits = (count: number): boolean =>
    count * taps <= 8 && channels % count === 0 && (c - (turns - 1) * channels) % count === 0
  return [8, 4, 2].find(fits) ?? 1
}
