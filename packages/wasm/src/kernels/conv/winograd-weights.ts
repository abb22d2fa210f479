import type { ConvKernel } from '@samkit/core/compiler'
import { type Code, f32x4, i32, type Local, type Vector, v128 } from '../../assembler/index.ts'
import { repeat } from './run.ts'
import { placeAt } from './slide.ts'
import { oddLines } from './winograd-tiles.ts'
import { transformWeights } from './winograd-transforms.ts'

/** Output channels in a tile of the products. */
export const height = 4

/** Bytes between the sixteen transformed weights of a group. */
export function weightStride({ c, o }: Pick<ConvKernel, 'c' | 'o'>): number {
  return oddLines(4 * o * c)
}

/** Weights of four output channels at a time, transformed: for each group and each of 16 places `[tiles, c, 4]`. */
export function emitWeights(
  code: Code,
  { c, o, w }: ConvKernel,
  table: Local<'i32'>,
  from: Local<'i32'>,
  to: Local<'i32'>,
): void {
  const [row = 0, channel = 0, down = 0, right = 0] = w.strides.map((stride) => 4 * stride)
  const weights = code.let(i32.load(table, 4))
  const workspace = code.let(i32.load(table, 12))
  const unit = code.local('i32')
  const tiles = o / height
  const stride = weightStride({ c, o })
  code.for(unit, { from, to }, () => {
    const source = code.let(i32.add(weights, i32.add(i32.mul(unit, height * row), 4 * w.offset)))
    const group = i32.mul(i32.divU(unit, tiles), 16 * stride)
    const target = code.let(
      i32.add(i32.add(workspace, group), i32.mul(i32.remU(unit, tiles), height * c * 4)),
    )
    repeat(code, c, () => {
      const read = (ky: number, kx: number): Vector => {
        let x: Vector | undefined
        for (let lane = 0; lane < height; lane++) {
          const [base, bytes] = placeAt(source, lane * row + ky * down + kx * right)
          x = x === undefined ? v128.load32Zero(base, bytes) : v128.load32Lane(base, x, lane, bytes)
        }
        return x ?? f32x4.const(0)
      }
      transformWeights(code, read, (i, j, x) => code.run(v128.store(target, x, (4 * i + j) * stride)))
      code.increase(source, channel)
      code.increase(target, 4 * height)
    })
  })
}
