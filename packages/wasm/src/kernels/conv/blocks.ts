import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, type Int, i32, type Local, type Value } from '../../assembler/index.ts'
import type { Layout } from './layout.ts'
import { emitZeros, repeat } from './run.ts'

/** Bytes of a table's entry: where a vector of outputs lies in the copy, and in the output. */
export const entry = 8

/** How many blocks a phase counts: all of an image's as one, unless there are few images. */
export function outerOf({ n }: ConvKernel, { blocks }: Layout): { outer: number; split: boolean } {
  const split = blocks > 1 && n < 8
  return { outer: split ? n * blocks : n, split }
}

/** Bytes of the tables and of the copy after them, in a thread's own scratch. */
export function blockBytes(layout: Layout): { tables: number; copy: number } {
  const align = (bytes: number): number => 64 * Math.ceil(bytes / 64)
  return {
    tables: align(layout.vectors * layout.rows * layout.images * entry),
    copy: align(layout.images * layout.imageStride + 64),
  }
}

/** Images, or steps of one along the first axis, that are computed at once; addresses of their first input and output. */
export interface Block {
  readonly x: Local<'i32'>
  readonly out: Local<'i32'>
  /** Where each vector of each part lies. */
  readonly table: Local<'i32'>
  readonly copy: Local<'i32'>
  readonly weights: Local<'i32'>
  readonly step: Local<'i32'>
  /** How many images. */
  readonly count: Int
}

/** Writes the loop over blocks of the phase `(table, from, to)`, on the operands x, w, out, workspace, private. */
export function emitBlocks(
  code: Code,
  kernel: ConvKernel,
  layout: Layout,
  [table, from, to]: readonly [Local<'i32'>, Local<'i32'>, Local<'i32'>],
  body: (block: Block) => void,
): void {
  const { lanes, blocks, wide, images } = layout
  const { x, out } = kernel
  const { split } = outerOf(kernel, layout)
  const operandAt = (place: number): Local<'i32'> => code.let(i32.load(table, 4 * place))
  const [xAt, outAt, weights, own] = [operandAt(0), operandAt(2), operandAt(3), operandAt(4)]
  const copy = code.let(i32.add(own, blockBytes(layout).tables))
  emitTables(code, kernel, layout, own)
  emitZeros(code, copy, images * layout.imageStride)

  const unit = code.local('i32')
  const step = code.local('i32')
  const first = (base: Local<'i32'>, image: Int, { strides, offset }: ConvKernel['x']): Local<'i32'> =>
    code.let(i32.add(base, i32.mul(i32.add(i32.mul(image, strides[0] ?? 0), offset), lanes.bytes)))
  const block = (image: Int, count: Int): void =>
    body({ x: first(xAt, image, x), out: first(outAt, image, out), table: own, copy, weights, step, count })
  if (blocks > 1) {
    const end = code.let(split ? to : i32.mul(to, blocks))
    code.for(unit, { from: split ? from : i32.mul(from, blocks), to: end }, () => {
      code.set(step, i32.mul(i32.remU(unit, blocks), layout.rows))
      block(i32.divU(unit, blocks), 1)
    })
    return
  }
  const count = code.local('i32')
  code.for(unit, { from, to, step: count }, () => {
    code.set(count, i32.sub(to, unit))
    code.if(i32.gtS(count, images * wide), () => code.set(count, i32.const(images * wide)))
    // Vectors with images missing are a block of their own.
    if (wide > 1) {
      code.if(i32.gtS(count, wide), () => code.set(count, i32.sub(count, i32.remU(count, wide))))
    }
    block(unit, count)
  })
}

/** For each part: where its vectors lie, image by image, then step by step along the first axis. */
function emitTables(code: Code, kernel: ConvKernel, layout: Layout, own: Local<'i32'>): void {
  const { lanes, wide, across } = layout
  const { axes, out } = kernel
  const last = axes.length - 1
  const at = code.let(i32.add(own, 0))
  for (const part of layout.parts) {
    code.set(at, i32.add(own, part.before * layout.rows * layout.images * entry))
    const width = across === 'row' ? lanes.count : 1
    const sizes = [layout.images, Math.min(layout.rows, part.counts[0] ?? 0), ...part.counts.slice(1, last)]
    const inner = [
      layout.imageStride,
      ...axes
        .slice(0, last)
        .map((_, axis) => (layout.window.steps[axis] ?? 1) * (layout.window.strides[axis] ?? 0)),
    ]
    const outer = [
      wide * (out.strides[0] ?? 0) * lanes.bytes,
      ...axes
        .slice(0, last)
        .map((_, axis) => (layout.periods[axis] ?? 1) * (out.strides[axis + 2] ?? 0) * lanes.bytes),
    ]
    const level = (depth: number, source: Value<'i32'>, target: Value<'i32'>): void => {
      const size = sizes[depth]
      const [s, t] = [code.let(source), code.let(target)]
      if (size !== undefined) {
        repeat(code, size, () => {
          level(depth + 1, s, t)
          code.increase(s, inner[depth] ?? 0)
          code.increase(t, outer[depth] ?? 0)
        })
        return
      }
      const count = part.counts[last] ?? 0
      const lane = (layout.periods[last] ?? 1) * (out.strides[last + 2] ?? 0) * lanes.bytes
      const put = (): void => {
        code.run(i32.store(at, s))
        code.run(i32.store(at, t, 4))
        code.increase(at, entry)
      }
      const whole = Math.max(1, Math.floor(count / width))
      repeat(code, whole, () => {
        put()
        code.increase(s, width * layout.window.unit)
        code.increase(t, width * lane)
      })
      // The last vector of a row overlaps the one before it.
      const left = count - whole * width
      if (left > 0) {
        code.increase(s, (left - width) * layout.window.unit)
        code.increase(t, (left - width) * lane)
        put()
      }
    }
    level(0, i32.const(0), i32.const(part.first * lanes.bytes))
  }
}
