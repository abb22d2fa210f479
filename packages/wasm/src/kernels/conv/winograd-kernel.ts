import type { ConvKernel } from '@samkit/core/compiler'
import {
  type Code,
  f32x4,
  type Int,
  i8x16,
  i32,
  type Local,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { lanesOf } from '../gemm/lanes.ts'
import { type Generate, operand, phaseParameters } from '../generator.ts'
import { type Block, emitBlocks, entry, outerOf } from './blocks.ts'
import { emitCopy } from './copy.ts'
import { keyOf } from './key.ts'
import { emitZeros, repeat, words } from './run.ts'
import { placeAt } from './slide.ts'
import { height, type Plan, planOf } from './winograd-kernel-plan.ts'
import { productFunction } from './winograd-products.ts'
import { emitInputs } from './winograd-tiles.ts'
import { emitRows } from './winograd-transforms.ts'

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
