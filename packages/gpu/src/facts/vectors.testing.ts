import { conv2d, matmul, max, sum, type Tensor, tensor } from '@samkit/core'
import fc from 'fast-check'
import { test } from 'vitest'
import { expectSame } from './compared.testing.ts'
import type { Subject } from './subject.testing.ts'

/** Small whole numbers, whose sums of products any order of summing gives exactly. */
function whole(shape: readonly number[], factor: number): Tensor {
  const length = shape.reduce((product, n) => product * n, 1)
  return tensor(Float32Array.from({ length }, (_, i) => ((i * factor) % 7) - 3)).reshape(...shape)
}

const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max })
const fours = (most: number): fc.Arbitrary<number> => upTo(most).map((n) => 4 * n)

/** Compiling for every shape takes long on some devices. */
const few = { numRuns: 15 }

/** What threads compute four at a time is right however operands lie, for sizes that fours divide and others. */
export function vectorFacts({ backend }: Subject): void {
  test('products of operands along rows or columns, computed before or not', async () => {
    const cases = fc.record({
      batch: upTo(3),
      m: fc.oneof(upTo(5), fours(2)),
      k: fc.oneof(fours(20), upTo(9)),
      n: fc.oneof(fours(3), upTo(5)),
      turned: fc.tuple(fc.boolean(), fc.boolean()),
      isComputed: fc.tuple(fc.boolean(), fc.boolean()),
    })
    const own = await backend()
    const operand = (sizes: number[], isTurned: boolean, isComputed: boolean, factor: number): Tensor => {
      const [batch = 1, rows = 1, columns = 1] = sizes
      const x = whole(isTurned ? [batch, columns, rows] : sizes, factor)
      const value = isComputed ? x.add(1) : x
      return isTurned ? value.permute(0, 2, 1) : value
    }
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, m, k, n, turned, isComputed }) => {
        const x = operand([batch, m, k], turned[0], isComputed[0], 3)
        const y = operand([batch, k, n], turned[1], isComputed[1], 5)
        await expectSame(own, () => [matmul(x, y).mul(2)])
      }),
      few,
    )
  }, 120_000)

  test('convolutions of any stride, dilation, padding and groups', async () => {
    const cases = fc.record({
      batch: upTo(2),
      groups: upTo(2),
      channels: upTo(3),
      height: upTo(6, 3),
      width: fc.oneof(fours(2), upTo(6)),
      kernel: fc.tuple(upTo(3), upTo(4)),
      stride: upTo(2),
      dilation: upTo(2),
      padding: upTo(2, 0),
    })
    const own = await backend()
    await fc.assert(
      fc.asyncProperty(cases, async ({ batch, groups, channels, height, width, kernel, ...options }) => {
        // So wide that the output has the drawn width.
        const reach = (kernel[1] - 1) * options.dilation + 1
        const columns = Math.max(reach, (width - 1) * options.stride + reach - 2 * options.padding)
        const rows = height + (kernel[0] - 1) * options.dilation
        const x = whole([batch, groups * channels, rows, columns], 3)
        const w = whole([groups * 2, channels, ...kernel], 5)
        await expectSame(own, () => [conv2d(x, w, { ...options, groups }).add(1)])
      }),
      few,
    )
  }, 120_000)

  test('elements and rows of tensors that are sliced, turned, spread and padded', async () => {
    const cases = fc.record({ rows: upTo(6), columns: fc.oneof(fours(4), upTo(9)), start: upTo(4, 0) })
    const own = await backend()
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, columns, start }) => {
        const x = whole([rows, columns + start], 3)
        const [, part = x] = start === 0 ? [x, x] : x.split([start, columns], { axis: 1 })
        const row = whole([columns], 5)
        const column = whole([rows, 1], 2)
        const turned = whole([columns, rows], 4).permute(1, 0)
        const spread = part.mul(row).add(column)
        await expectSame(own, () => [
          spread,
          spread.sub(turned),
          sum(spread.add(1), { axis: 1 }),
          max(part.sub(row), { axis: 1 }),
          sum(spread, { axis: 0 }),
          part.sub(max(part, { axis: 1, keepDims: true })).mul(row),
          part
            .pad([
              [0, 0],
              [4, 4],
            ])
            .add(1),
        ])
      }),
      few,
    )
  }, 120_000)
}
