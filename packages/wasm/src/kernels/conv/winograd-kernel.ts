import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import {
  type Code,
  type FunctionRef,
  f32x4,
  type Int,
  i8x16,
  i32,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { type Lanes, lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { type Block, blockBytes, emitBlocks, entry, outerOf } from './blocks.ts'
import { emitCopy } from './copy.ts'
import { keyOf } from './key.ts'
import { type Layout, layoutOf } from './layout.ts'
import { emitZeros, repeat } from './run.ts'
import { placeAt, separate } from './slide.ts'
import { emitInputs, oddLines } from './winograd-tiles.ts'
import { emitRows } from './winograd-transforms.ts'

/** Output channels at a time: the lanes of the sums. */
const height = 4
/** Scratch for the sums of groups of images. */
const sumBytes = 16 * 1024 * 1024
/** So many vectors of tiles make a group of images worth its sums. */
const leastVectors = 32

/**
 * The gradient of a 3 × 3 kernel as a convolution from the inputs to tiles of 2 × 2 output gradients: those take the place
 * of outputs, images that of images, and the kernel's input channels that of channels.
 */
function tiledGradient({ axes, n, c, x, w, ...rest }: ConvKernel): ConvKernel {
  const [channel = 0, image = 0, ...along] = x.strides
  const [feature = 0, of = 0, ...spatial] = w.strides
  return {
    ...rest,
    n: c,
    c: n,
    axes: axes.map((axis) => ({ ...axis, kernel: 4, stride: 2, output: axis.kernel / 2 })),
    x: { ...x, strides: [image, channel, ...along] },
    w,
    out: { ...w, strides: [of, feature, ...spatial.map((stride) => 2 * stride)] },
  }
}

interface Plan {
  readonly tiles: ConvKernel
  readonly layout: Layout
  /** Groups of images, each with sums of its own, and images in one. */
  readonly groups: number
  readonly images: number
  /** Vectors of tiles at a time, and how many of them are written out. */
  readonly vectors: number
  readonly together: number
  readonly inputStride: number
  readonly gradientStride: number
  /** Where transformed inputs and output gradients lie in a thread's scratch, and where that ends. */
  readonly inputs: number
  readonly gradients: number
  readonly end: number
  /** Bytes of one group's sums: 16 matrices `[input channels, output channels]`. */
  readonly sums: number
  /** Bytes between those matrices. */
  readonly sumStride: number
}

function planOf(kernel: ConvKernel, lanes: Lanes): Plan {
  const tiles = tiledGradient(kernel)
  const layout = layoutOf(tiles, lanes, Number.POSITIVE_INFINITY)
  const { n, c, o } = kernel
  const each = (layout.parts[0]?.counts[0] ?? 0) * (layout.parts[0]?.vectors ?? 0)
  const sumStride = oddLines(4 * n * o)
  const sums = 16 * sumStride
  const fitting = Math.min(8, c, Math.floor((c * each) / leastVectors), Math.floor(sumBytes / sums))
  const images = Math.ceil(c / Math.max(1, fitting))
  const vectors = n + o <= 128 ? 32 : 16
  const inputStride = oddLines(16 * vectors * n)
  const gradientStride = oddLines(16 * vectors * o)
  const { tables, copy } = blockBytes(layout)
  const gradients = tables + copy + 16 * inputStride
  return {
    tiles,
    layout,
    groups: Math.ceil(c / images),
    images,
    vectors,
    together:
      [8, 4, 2].find((count) => (layout.blocks > 1 ? (layout.parts[0]?.vectors ?? 0) : each) % count === 0) ??
      1,
    inputStride,
    gradientStride,
    inputs: tables + copy,
    gradients,
    end: gradients + 16 * gradientStride,
    sums,
    sumStride,
  }
}

/** Whether {@link generateWinogradKernel} can compute a convolution, and is expected to be faster. */
export function suitsWinogradKernel(kernel: ConvKernel, lanes: Lanes): boolean {
  const { dtype, axes, n, c, o, groups } = kernel
  const plain = ({ kernel, stride, dilation, inputDilation, output }: ConvAxis): boolean =>
    output === 3 && stride === 1 && dilation === 1 && inputDilation === 1 && kernel % 2 === 0
  if (dtype !== 'f32' || groups !== 1 || axes.length !== 2 || !axes.every(plain)) return false
  if (n < 8 || o < 8 || n % 2 > 0 || o % height > 0 || (axes[1]?.kernel ?? 0) % 8 > 0) return false
  const plan = planOf(kernel, lanes)
  const each = (plan.layout.parts[0]?.counts[0] ?? 0) * (plan.layout.parts[0]?.vectors ?? 0)
  return plan.layout.across === 'row' && plan.groups >= Math.min(2, c) && plan.images * each >= leastVectors
}

/**
 * The gradient of a 3 × 3 kernel by Winograd's F(3 × 3, 2 × 2): for each tile of 2 × 2 output gradients 16 products rather
 * than 36, summed over tiles before they are transformed back. Groups of images have sums of their own, so that threads
 * share the work and results do not depend on how; they are added up in order.
 */
export const generateWinogradKernel: Generate<ConvKernel> = (kernel, features) => {
  const lanes = lanesOf('f32', features)
  const plan = planOf(kernel, lanes)
  const { n, c, o, axes } = kernel
  const work = axes.reduce((all, axis) => all * axis.kernel, n * c * o)
  const key = `${keyOf(kernel)} ${features.relaxedSimd}`
  return {
    operands: [kernel.x.buffer, kernel.out.buffer, kernel.w.buffer, operand.workspace, operand.private],
    workspaceBytes: plan.groups * plan.sums,
    privateBytes: plan.end + 16 * 2 * height,
    phases: [
      {
        key: `conv-winograd-kernel ${key}`,
        outer: plan.groups,
        grain: 1,
        cost: Math.ceil(work / (4 * plan.groups)),
        emit: (module) =>
          module.function('conv', phaseParameters, null, (code, table, from, to) => {
            const group = code.local('i32')
            const { split } = outerOf(plan.tiles, plan.layout)
            const factor = split ? plan.layout.blocks : 1
            code.for(group, { from, to }, () => {
              const sums = code.let(i32.add(i32.load(table, 12), i32.mul(group, plan.sums)))
              emitZeros(code, sums, plan.sums)
              const first = code.let(i32.mul(group, plan.images))
              const end = code.let(i32.add(first, plan.images))
              code.if(i32.gtS(end, c), () => code.set(end, i32.const(c)))
              if (factor > 1) {
                code.set(first, i32.mul(first, factor))
                code.set(end, i32.mul(end, factor))
              }
              emitBlocks(code, plan.tiles, plan.layout, [table, first, end], (block) =>
                emitBlock(module, code, kernel, plan, block, sums),
              )
            })
          }),
      },
      {
        key: `conv-winograd-kernel-sum ${key}`,
        outer: n,
        grain: 1,
        cost: plan.groups * o * 8,
        emit: (module) =>
          module.function('sum', phaseParameters, null, (code, table, from, to) =>
            emitSums(code, kernel, plan, table, from, to),
          ),
      },
    ],
  }
}

function emitBlock(
  module: ModuleBuilder,
  code: Code,
  kernel: ConvKernel,
  plan: Plan,
  block: Block,
  sums: Local<'i32'>,
): void {
  const { tiles, layout, vectors } = plan
  const { n, o } = kernel
  const [part] = layout.parts
  if (part === undefined) return
  const total = code.local('i32')
  const target = code.local('i32')
  if (layout.blocks > 1) {
    const left = code.let(i32.sub(part.counts[0] ?? 0, block.step))
    code.if(i32.gtS(left, layout.rows), () => code.set(left, i32.const(layout.rows)))
    code.set(total, i32.mul(left, part.vectors))
    code.set(target, i32.add(block.out, i32.mul(block.step, 4 * (tiles.out.strides[2] ?? 0))))
  } else {
    code.set(total, i32.mul(block.count, (part.counts[0] ?? 0) * part.vectors))
    code.set(target, block.out)
  }
  emitCopy(
    code,
    tiles,
    { ...layout, moving: layout.blocks > 1 },
    {
      source: block.x,
      target: block.copy,
      images: block.count,
      channels: n,
      step: block.step,
    },
  )
  const inputs = code.let(i32.add(block.table, plan.inputs))
  const gradients = code.let(i32.add(block.table, plan.gradients))
  const scratch = code.let(i32.add(block.table, plan.end))
  const first = code.local('i32')
  code.for(first, { from: 0, to: total, step: vectors }, () => {
    const count = code.let(i32.sub(total, first))
    code.if(i32.gtS(count, vectors), () => code.set(count, i32.const(vectors)))
    const table = code.let(i32.add(block.table, i32.mul(first, entry)))
    emitInputs(code, {
      channels: n,
      taps: part.taps.map((tap) => tap.at),
      planeStride: layout.window.planeStride,
      inputStride: plan.inputStride,
      channelStride: 16 * vectors,
      table,
      count,
      copy: block.copy,
      to: inputs,
    })
    emitGradients(code, kernel, plan, { table, count, source: target, to: gradients })
    const product = module.once(`winograd-kernel ${keyOf(kernel)}`, () =>
      productFunction(module, kernel, plan),
    )
    const place = code.let(i32.add(sums, 0))
    repeat(code, 16, () => {
      const panel = code.let(i32.add(gradients, 0))
      const to = code.let(i32.add(place, 0))
      repeat(code, o / height, () => {
        code.run(module.call(product, ...([panel, inputs, i32.mul(count, 16), to, scratch] as Int[])))
        code.increase(panel, height * 16 * vectors)
        code.increase(to, 4 * height)
      })
      code.increase(gradients, plan.gradientStride)
      code.increase(inputs, plan.inputStride)
      code.increase(place, plan.sumStride)
    })
    code.increase(gradients, -16 * plan.gradientStride)
    code.increase(inputs, -16 * plan.inputStride)
  })
}

const words = (...places: number[]): number[] =>
  places.flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte))

/** G g Gᵀ for the 2 × 2 output gradients of each channel and vector of tiles. */
function emitGradients(
  code: Code,
  { o, w }: ConvKernel,
  { vectors, gradientStride }: Plan,
  at: { table: Local<'i32'>; count: Local<'i32'>; source: Local<'i32'>; to: Local<'i32'> },
): void {
  const [feature = 0, , down = 0, right = 0] = w.strides.map((stride) => 4 * stride)
  const plane = code.let(i32.add(at.source, 0))
  const channel = code.let(i32.add(at.to, 0))
  const end = code.let(i32.add(at.table, i32.mul(at.count, entry)))
  const half = f32x4.const(0.5)
  const every = (from: Local<'i32'>, i: number, j: number): Vector => {
    if (right === 4) {
      const [base, bytes] = placeAt(from, i * down)
      return i8x16.shuffle(v128.load(base, bytes), v128.load(base, bytes + 16), words(j, j + 2, j + 4, j + 6))
    }
    let x: Vector | undefined
    for (let lane = 0; lane < 4; lane++) {
      const [base, bytes] = placeAt(from, i * down + (2 * lane + j) * right)
      x = x === undefined ? v128.load32Zero(base, bytes) : v128.load32Lane(base, x, lane, bytes)
    }
    return x ?? half
  }
  repeat(code, o, () => {
    const target = code.let(i32.add(channel, 0))
    const table = code.local('i32')
    code.for(table, { from: at.table, to: end, step: entry }, () => {
      const from = code.let(i32.add(plane, i32.load(table, 4)))
      emitRows(
        code,
        [2, 2],
        (i, j) => every(from, i, j),
        (a, b) => [a, f32x4.mul(half, f32x4.add(a, b)), f32x4.mul(half, f32x4.sub(a, b)), b],
        (i, j, x) => code.run(v128.store(target, x, (4 * i + j) * gradientStride)),
      )
      code.increase(target, 16)
    })
    code.increase(plane, feature)
    code.increase(channel, 16 * vectors)
  })
}

/** Adds to the sums, for four output channels and all input channels, two at a time, the products of some vectors. */
function productFunction(module: ModuleBuilder, { n, o }: ConvKernel, plan: Plan): FunctionRef {
  const { layout, vectors, together } = plan
  const { lanes } = layout
  const row = 16 * vectors
  return module.function(
    'products',
    ['i32', 'i32', 'i32', 'i32', 'i32'],
    null,
    (code, panel, input, bytes, to, scratch) => {
      const sums = Array.from({ length: 2 * height }, () => code.local('v128'))
      const factor = code.local('v128')
      const xs = [code.local('v128'), code.local('v128')]
      const place = code.local('i32')
      const end = code.let(i32.add(panel, bytes))
      repeat(code, n / 2, () => {
        for (const sum of sums) code.set(sum, lanes.zero)
        const source = code.let(i32.add(input, 0))
        code.set(place, panel)
        code.doWhile(
          () => {
            for (let step = 0; step < together; step++) {
              if (step > 0) separate(code, place, sums, step)
              for (const [j, x] of xs.entries()) code.set(x, v128.load(source, j * row + 16 * step))
              for (let i = height - 1; i >= 0; i--) {
                code.set(factor, v128.load(place, i * row + 16 * step))
                for (const [j, x] of xs.entries()) {
                  const sum = sums[2 * i + j] as Local<'v128'>
                  code.set(sum, lanes.madd(factor, x, sum))
                }
              }
            }
            code.increase(source, 16 * together)
            code.increase(place, 16 * together)
          },
          () => i32.ltU(place, end),
        )
        // By way of memory, one after another: V8 would move the sums of the loop about to have four at once.
        for (const [i, sum] of sums.entries()) code.run(v128.store(scratch, sum, 16 * i))
        for (let j = 0; j < 2; j++) {
          const four = [0, 1, 2, 3].map((i) => code.let(v128.load(scratch, 32 * i + 16 * j)))
          code.run(v128.store(to, f32x4.add(v128.load(to, 4 * o * j), folded(four)), 4 * o * j))
        }
        code.increase(input, 2 * row)
        code.increase(to, 8 * o)
      })
    },
  )
}

/** The sums over the lanes of four vectors, each in a lane. */
function folded(four: readonly Local<'v128'>[]): Vector {
  const [a, b, c, d] = four
  if (a === undefined || b === undefined || c === undefined || d === undefined) return f32x4.const(0)
  const half = (x: Vector, y: Vector): Vector =>
    f32x4.add(i8x16.shuffle(x, y, words(0, 4, 1, 5)), i8x16.shuffle(x, y, words(2, 6, 3, 7)))
  const [ab, cd] = [half(a, b), half(c, d)]
  return f32x4.add(i8x16.shuffle(ab, cd, words(0, 1, 4, 5)), i8x16.shuffle(ab, cd, words(2, 3, 6, 7)))
}

/** Aᵀ m A of the sums over all groups, for some input channels. */
function emitSums(
  code: Code,
  { o, out }: ConvKernel,
  { groups, sums, sumStride }: Plan,
  table: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const [channel = 0, feature = 0, down = 0, right = 0] = out.strides.map((stride) => 4 * stride)
  const target = code.let(i32.add(i32.load(table, 4), 4 * out.offset))
  const workspace = code.let(i32.load(table, 12))
  const unit = code.local('i32')
  code.for(unit, { from, to }, () => {
    const row = code.let(i32.add(workspace, i32.mul(unit, 4 * o)))
    const place = code.let(i32.add(target, i32.mul(unit, channel)))
    repeat(code, o / height, () => {
      emitRows(
        code,
        [4, 4],
        (i, j) => {
          const total = code.let(v128.load(row, (4 * i + j) * sumStride))
          for (let group = 1; group < groups; group++) {
            code.set(total, f32x4.add(total, v128.load(row, group * sums + (4 * i + j) * sumStride)))
          }
          return total
        },
        (a, b, c, d) => {
          const both = f32x4.add(b, c)
          return [f32x4.add(a, both), f32x4.sub(b, c), f32x4.sub(both, d)]
        },
        (i, j, x) => {
          const kept = code.let(x)
          for (let lane = 0; lane < height; lane++) {
            const [base, bytes] = placeAt(place, lane * feature + i * down + j * right)
            code.run(v128.store32Lane(base, kept, lane, bytes))
          }
        },
      )
      code.increase(row, 4 * height)
      code.increase(place, height * feature)
    })
  })
}
