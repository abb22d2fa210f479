import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import {
  type Code,
  f32x4,
  type Int,
  i8x16,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from '../../assembler/index.ts'
import { type Lanes, lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { type Block, blockBytes, emitBlocks, entry, outerOf } from './blocks.ts'
import { emitCopy } from './copy.ts'
import { keyOf } from './key.ts'
import { type Layout, layoutOf } from './layout.ts'
import { repeat, words } from './run.ts'
import { placeAt, type Slide, slideFunction } from './slide.ts'
import { emitInputs, oddLines, tiled } from './winograd-tiles.ts'
import { emitRows } from './winograd-transforms.ts'
import { emitWeights, height, weightStride } from './winograd-weights.ts'

/** Bytes that transformed inputs and products of some tiles may take together. */
const tileBytes = 320 * 1024

/** Whether {@link generateWinograd} can compute a convolution, and is expected to be faster. */
export function suitsWinograd(kernel: ConvKernel, lanes: Lanes): boolean {
  const { dtype, axes, c, o } = kernel
  const plain = ({ kernel, stride, dilation, inputDilation, output }: ConvAxis): boolean =>
    kernel === 3 && stride === 1 && dilation === 1 && inputDilation === 1 && output % 2 === 0
  if (dtype !== 'f32' || axes.length !== 2 || !axes.every(plain)) return false
  if (c < 8 || o < 8 || o % height !== 0) return false
  // A vector that lies along a row ends with it, so a row needs as many tiles as there are lanes.
  const { across } = layoutOf(tiled(kernel), lanes, Number.POSITIVE_INFINITY)
  return across === 'images' || (axes[1]?.output ?? 0) >= 2 * lanes.count
}

interface Plan {
  readonly layout: Layout
  /** Vectors of tiles at a time. */
  readonly vectors: number
  /** Bytes between the sixteen transformed inputs, and between the sixteen products. */
  readonly inputStride: number
  readonly productStride: number
  /** Where they and the table of vectors begin, after the copy. */
  readonly inputs: number
  readonly products: number
  readonly end: number
}

function planOf({ c, o }: ConvKernel, layout: Layout): Plan {
  const most = layout.vectors * layout.rows * layout.images
  const fitting = 2 * Math.max(1, Math.floor(tileBytes / (2 * 16 * 16 * (c + o))))
  const vectors = Math.min(32, Math.max(8, fitting), 2 * Math.ceil(most / 2))
  const inputStride = oddLines(16 * vectors * c)
  const productStride = oddLines(16 * vectors * o)
  const { tables, copy } = blockBytes(layout)
  const inputs = tables + copy + 64 * Math.ceil((vectors * entry) / 64)
  const products = inputs + 16 * inputStride
  return { layout, vectors, inputStride, productStride, inputs, products, end: products + 16 * productStride }
}

/**
 * 3 × 3 convolution by Winograd's F(2 × 2, 3 × 3) (Lavin and Gray, "Fast algorithms for convolutional neural networks",
 * section 4.1): 16 products for each 2 × 2 outputs rather than 36. Rounding errors are a few times those of plain sums; a
 * NaN or an infinity also reaches the outputs beside those that meet it, as NaN, up to one place away.
 */
export const generateWinograd: Generate<ConvKernel> = (kernel, features) => {
  const lanes = lanesOf('f32', features)
  const tiles = tiled(kernel)
  const layout = layoutOf(tiles, lanes, Number.POSITIVE_INFINITY)
  const plan = planOf(kernel, layout)
  const { outer } = outerOf(kernel, layout)
  const { n, c, o, groups, axes } = kernel
  const outputs = axes.reduce((count, axis) => count * axis.output, n * groups)
  const key = `${keyOf(kernel)} ${features.relaxedSimd}`
  return {
    operands: [kernel.x.buffer, kernel.w.buffer, kernel.out.buffer, operand.workspace, operand.private],
    workspaceBytes: groups * 16 * weightStride(kernel),
    privateBytes: plan.end,
    byImage: true,
    phases: [
      {
        key: `conv-winograd-weights ${key}`,
        outer: groups * (o / height),
        grain: 1,
        cost: 20 * c,
        emit: (module) =>
          module.function('weights', phaseParameters, null, (code, table, from, to) =>
            emitWeights(code, kernel, table, from, to),
          ),
      },
      {
        key: `conv-winograd ${key}`,
        outer,
        grain: 1,
        cost: Math.ceil((outputs * c * o) / (4 * outer)),
        emit: (module) =>
          module.function('conv', phaseParameters, null, (code, ...given) =>
            emitBlocks(code, tiles, layout, given, (block) => emitBlock(module, code, kernel, plan, block)),
          ),
      },
    ],
  }
}

function emitBlock(module: ModuleBuilder, code: Code, kernel: ConvKernel, plan: Plan, block: Block): void {
  const { layout } = plan
  const { c, o, groups, x, out } = kernel
  const [part] = layout.parts
  if (part === undefined) return
  const own = block.table
  const pairs = code.let(i32.add(own, plan.inputs - 64 * Math.ceil((plan.vectors * entry) / 64)))
  const inputs = code.let(i32.add(own, plan.inputs))
  const products = code.let(i32.add(own, plan.products))
  repeat(code, plan.vectors, (v) => {
    const at = code.let(i32.add(pairs, i32.mul(v, entry)))
    code.run(i32.store(at, i32.mul(v, 16)))
    code.run(i32.store(at, i32.mul(v, 16), 4))
  })

  const total = code.local('i32')
  const shift = code.local('i32')
  if (layout.blocks > 1) {
    const left = code.let(i32.sub(part.counts[0] ?? 0, block.step))
    code.if(i32.gtS(left, layout.rows), () => code.set(left, i32.const(layout.rows)))
    code.set(total, i32.mul(left, part.vectors))
    code.set(shift, i32.mul(block.step, 8 * (out.strides[2] ?? 0)))
  } else {
    const batches =
      layout.wide === 1 ? block.count : i32.divU(i32.add(block.count, layout.wide - 1), layout.wide)
    code.set(total, i32.mul(batches, (part.counts[0] ?? 0) * part.vectors))
    code.set(shift, i32.const(0))
  }
  repeat(code, groups, (group) => {
    const source = code.let(i32.add(block.x, i32.mul(group, 4 * c * (x.strides[1] ?? 0))))
    emitCopy(
      code,
      kernel,
      { ...layout, moving: layout.blocks > 1 },
      {
        source,
        target: block.copy,
        images: block.count,
        channels: c,
        step: block.step,
      },
    )
    const target = code.let(i32.add(i32.add(block.out, shift), i32.mul(group, 4 * o * (out.strides[1] ?? 0))))
    const weights = code.let(i32.add(block.weights, i32.mul(group, 16 * weightStride(kernel))))
    const first = code.local('i32')
    code.for(first, { from: 0, to: total, step: plan.vectors }, () => {
      const count = code.let(i32.sub(total, first))
      code.if(i32.gtS(count, plan.vectors), () => code.set(count, i32.const(plan.vectors)))
      const table = code.let(i32.add(own, i32.mul(first, entry)))
      emitInputs(code, {
        channels: c,
        taps: part.taps.map((tap) => tap.at),
        planeStride: layout.window.planeStride,
        inputStride: plan.inputStride,
        channelStride: 16 * plan.vectors,
        table,
        count,
        copy: block.copy,
        to: inputs,
      })
      emitProducts(module, code, kernel, plan, { pairs, count, weights, inputs, products })
      emitOutputs(code, kernel, plan, { table, count, products, target, images: block.count })
    })
  })
}

/** The sixteen matrix products of transformed weights and inputs. */
function emitProducts(
  module: ModuleBuilder,
  code: Code,
  { c, o }: ConvKernel,
  { layout, vectors, inputStride, productStride }: Plan,
  at: {
    pairs: Local<'i32'>
    count: Local<'i32'>
    weights: Local<'i32'>
    inputs: Local<'i32'>
    products: Local<'i32'>
  },
): void {
  const together = [8, 4, 2].find((count) => c % count === 0) ?? 1
  const slide: Slide = {
    lanes: layout.lanes,
    rows: height,
    vectors: 2,
    taps: Array.from({ length: together }, (_, i) => 16 * vectors * i),
    channelStride: 16 * vectors * together,
    out: { row: 16 * vectors, lane: 4 },
    stored: 4,
    partial: false,
  }
  const end = code.let(i32.add(at.pairs, i32.mul(at.count, entry)))
  const whole = code.let(i32.sub(end, i32.mul(i32.and(at.count, 1), entry)))
  const panel = code.let(i32.add(at.weights, 0))
  const input = code.let(i32.add(at.inputs, 0))
  const product = code.let(i32.add(at.products, 0))
  repeat(code, 16, () => {
    const target = code.let(i32.add(product, 0))
    repeat(code, o / height, () => {
      const panelEnd = code.let(i32.add(panel, height * c * 4))
      const call = (by: Slide, from: Local<'i32'>, to: Local<'i32'>): void =>
        code.run(
          module.call(
            slideFunction(module, by),
            ...([from, to, panel, panelEnd, input, target, 0, 0, 0, 0] as Int[]),
          ),
        )
      call(slide, at.pairs, whole)
      code.if(i32.ne(whole, end), () => call({ ...slide, vectors: 1 }, whole, end))
      code.set(panel, panelEnd)
      code.increase(target, height * 16 * vectors)
    })
    code.increase(panel, weightStride({ c, o }) - 4 * c * o)
    code.increase(input, inputStride)
    code.increase(product, productStride)
  })
}

/** Aᵀ m A for each output channel and vector of tiles, stored. */
function emitOutputs(
  code: Code,
  { o, out }: ConvKernel,
  { layout, vectors, productStride }: Plan,
  at: {
    table: Local<'i32'>
    count: Local<'i32'>
    products: Local<'i32'>
    target: Local<'i32'>
    images: Int
  },
): void {
  const [image = 0, feature = 0, down = 0, right = 0] = out.strides.map((stride) => 4 * stride)
  const row = code.let(i32.add(at.products, 0))
  const plane = code.let(i32.add(at.target, 0))
  const end = code.let(i32.add(at.table, i32.mul(at.count, entry)))
  repeat(code, o, () => {
    const source = code.let(i32.add(row, 0))
    const table = code.local('i32')
    code.for(table, { from: at.table, to: end, step: entry }, () => {
      const target = code.let(i32.add(plane, i32.load(table, 4)))
      const even = code.local('v128')
      emitRows(
        code,
        [4, 4],
        (i, j) => v128.load(source, (4 * i + j) * productStride),
        (a, b, c, d) => [f32x4.add(f32x4.add(a, b), c), f32x4.sub(f32x4.sub(b, c), d)],
        (i, j, x) => {
          if (layout.across === 'images') {
            const kept = code.let(x)
            for (let lane = 0; lane < 4; lane++) {
              const [base, bytes] = placeAt(target, i * down + j * right + lane * image)
              code.if(i32.gtS(at.images, lane), () => code.run(v128.store32Lane(base, kept, lane, bytes)))
            }
            return
          }
          if (right !== 4) {
            const kept = code.let(x)
            for (let lane = 0; lane < 4; lane++) {
              const [base, bytes] = placeAt(target, i * down + (2 * lane + j) * right)
              code.run(v128.store32Lane(base, kept, lane, bytes))
            }
            return
          }
          if (j === 0) {
            code.set(even, x)
            return
          }
          const odd = code.let(x)
          const [base, bytes] = placeAt(target, i * down)
          code.run(v128.store(base, i8x16.shuffle(even, odd, words(0, 4, 1, 5)), bytes))
          code.run(v128.store(base, i8x16.shuffle(even, odd, words(2, 6, 3, 7)), bytes + 16))
        },
      )
      code.increase(source, 16)
    })
    code.increase(row, 16 * vectors)
    code.increase(plane, feature)
  })
}
