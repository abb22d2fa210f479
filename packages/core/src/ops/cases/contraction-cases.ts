import fc from 'fast-check'
import type { ConvAttrs } from '../conv.ts'
import { type Cases, cases } from './op-case.ts'
import { shapes, sizes } from './shapes.ts'
import { arrays } from './values.ts'

const upTo = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max })

interface ConvAxis {
  readonly length: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly inputDilation: number
  readonly padding: readonly [number, number]
}

const spread = (n: number, dilation: number): number => (n === 0 ? 0 : (n - 1) * dilation + 1)

/** A spatial axis: padding cuts off as well as adds, and is made large enough for the kernel to fit. */
const convAxis: fc.Arbitrary<ConvAxis> = fc
  .record({
    length: fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: upTo(5), weight: 12 }),
    kernel: fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: upTo(3), weight: 12 }),
    stride: upTo(3),
    dilation: upTo(2),
    inputDilation: upTo(2),
    low: upTo(2, -1),
    high: upTo(2, -1),
  })
  .map(({ low, high, ...axis }) => {
    const input = spread(axis.length, axis.inputDilation) + low + high
    const missing = Math.max(0, spread(axis.kernel, axis.dilation) - input)
    return { ...axis, padding: [low, high + missing] }
  })

const channels = fc.oneof({ arbitrary: fc.constant(0), weight: 1 }, { arbitrary: upTo(2), weight: 10 })

/** Uses of sums of products. */
export const contractionCases: Readonly<Record<string, Cases>> = {
  matmul: cases(({ dtype, smooth }) =>
    fc
      .tuple(
        shapes({ maxRank: 2, limit: 4 }),
        fc.tuple(sizes(), sizes(), sizes()),
        fc.option(upTo(4), { freq: 2 }),
      )
      .chain(([batch, [m, k, n], same]) => {
        const kind = smooth ? 'smooth' : 'any'
        const a = arrays([...batch, same ?? m, same ?? k], dtype, kind)
        const b = arrays([...batch, same ?? k, same ?? n], dtype, kind)
        return fc.tuple(a, b).map((inputs) => ({ inputs, attrs: {} }))
      }),
  ),

  conv: cases<ConvAttrs>(({ dtype, smooth }) =>
    fc
      .record({
        axes: fc.oneof(
          { arbitrary: fc.array(convAxis, { minLength: 1, maxLength: 1 }), weight: 3 },
          { arbitrary: fc.array(convAxis, { minLength: 2, maxLength: 2 }), weight: 3 },
          { arbitrary: fc.array(convAxis, { minLength: 3, maxLength: 3 }), weight: 1 },
        ),
        batch: channels,
        groups: fc.constantFrom(1, 1, 2, 3),
        outputs: channels,
        inputs: channels,
      })
      .chain(({ axes, batch, groups, outputs, inputs }) => {
        // A padded 0 times an infinite weight is left open, so the numbers are finite.
        const kind = smooth ? 'smooth' : 'finite'
        const x = arrays([batch, groups * inputs, ...axes.map(({ length }) => length)], dtype, kind)
        const w = arrays([groups * outputs, inputs, ...axes.map(({ kernel }) => kernel)], dtype, kind)
        const attrs = {
          stride: axes.map(({ stride }) => stride),
          padding: axes.map(({ padding }) => padding),
          dilation: axes.map(({ dilation }) => dilation),
          inputDilation: axes.map(({ inputDilation }) => inputDilation),
          groups,
        }
        return fc.tuple(x, w).map((operands) => ({ inputs: operands, attrs }))
      }),
  ),
}
