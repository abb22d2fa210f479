import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, f32x4, i32, type Local, v128 } from '../../assembler/index.ts'
import { entry } from './blocks.ts'
import { repeat } from './run.ts'
import { emitRows } from './winograd-transforms.ts'

/** The convolution of tiles: one place for each 2 × 2 outputs, which 4 × 4 inputs are met by. */
export function tiled(kernel: ConvKernel): ConvKernel {
  const strides = kernel.out.strides.map((stride, axis) => (axis < 2 ? stride : 2 * stride))
  return {
    ...kernel,
    axes: kernel.axes.map((axis) => ({ ...axis, kernel: 4, stride: 2, output: axis.output / 2 })),
    out: { ...kernel.out, strides },
  }
}

/** Bytes rounded up to an odd number of cache lines, so that sixteen of one place each do not fall on the same ones. */
export function oddLines(bytes: number): number {
  return 64 * (Math.ceil(bytes / 64) | 1)
}

/** Transformed inputs in the making: which vectors of tiles, from where, to where. */
interface Inputs {
  readonly channels: number
  /** Where in the copy each of a tile's sixteen inputs lies. */
  readonly taps: readonly number[]
  readonly planeStride: number
  /** Bytes between the sixteen results, and between channels of one. */
  readonly inputStride: number
  readonly channelStride: number
  readonly table: Local<'i32'>
  readonly count: Local<'i32'>
  readonly copy: Local<'i32'>
  readonly to: Local<'i32'>
}

/** Writes Bᵀ d B for each channel and vector of tiles. */
export function emitInputs(code: Code, inputs: Inputs): void {
  const plane = code.let(i32.add(inputs.copy, 0))
  const channel = code.let(i32.add(inputs.to, 0))
  const end = code.let(i32.add(inputs.table, i32.mul(inputs.count, entry)))
  repeat(code, inputs.channels, () => {
    const target = code.let(i32.add(channel, 0))
    const table = code.local('i32')
    code.for(table, { from: inputs.table, to: end, step: entry }, () => {
      const source = code.let(i32.add(plane, i32.load(table)))
      emitRows(
        code,
        [4, 4],
        (i, j) => v128.load(source, inputs.taps[4 * i + j] ?? 0),
        (a, b, c, d) => [f32x4.sub(a, c), f32x4.add(b, c), f32x4.sub(c, b), f32x4.sub(b, d)],
        (i, j, x) => code.run(v128.store(target, x, (4 * i + j) * inputs.inputStride)),
      )
      code.increase(target, 16)
    })
    code.increase(plane, inputs.planeStride)
    code.increase(channel, inputs.channelStride)
  })
}
