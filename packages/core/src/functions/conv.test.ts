import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { vjp } from '../autodiff/products.ts'
import { zeros } from '../tensor/fill.ts'
import { conv1d, conv2d, convTranspose2d } from './conv.ts'
import { read, varied } from './images.testing.ts'
import { f64, flatOf, valuesOf } from './values.testing.ts'

const setting = fc.record({
  groups: fc.constantFrom(1, 2),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  padding: fc.tuple(fc.nat(2), fc.nat(2)),
  dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
})

describe('conv2d', () => {
  it('agrees with its definition for any stride, padding, dilation and groups', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ groups, kernel, stride, padding, dilation }) => {
        const x = varied([2, 2 * groups, 6, 5])
        const w = varied([2 * groups, 2, ...kernel], 1)
        const bias = varied([2 * groups], 2)
        const y = await read(conv2d(x, w, { stride, padding, dilation, groups, bias }))
        const [image, weight, shift] = [await read(x), await read(w), await read(bias)]
        const sizes = [6, 5].map((n, i) => {
          const reach = (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1
          return Math.floor((n + 2 * (padding[i] ?? 0) - reach) / (stride[i] ?? 1)) + 1
        })
        expect(y.shape).toEqual([2, 2 * groups, ...sizes])
        const [height = 0, width = 0] = sizes
        for (let n = 0; n < 2; n++) {
          for (let o = 0; o < 2 * groups; o++) {
            for (let i = 0; i < height; i++) {
              for (let j = 0; j < width; j++) {
                let total = shift.at(o)
                for (let c = 0; c < 2; c++) {
                  for (let p = 0; p < kernel[0]; p++) {
                    for (let q = 0; q < kernel[1]; q++) {
                      const row = i * stride[0] + p * dilation[0] - padding[0]
                      const column = j * stride[1] + q * dilation[1] - padding[1]
                      total += weight.at(o, c, p, q) * image.at(n, Math.floor(o / 2) * 2 + c, row, column)
                    }
                  }
                }
                expect(y.at(n, o, i, j)).toBeCloseTo(total, 11)
              }
            }
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  it("'same' padding keeps the size, the odd zero after", async () => {
    const y = conv2d(zeros([1, 1, 5, 7]), zeros([1, 1, 4, 3]), { padding: 'same', dilation: 2 })
    expect(y.shape).toEqual([1, 1, 5, 7])
    expect(await flatOf(conv1d(f64([[[1, 2, 3]]]), f64([[[1, 10]]]), { padding: 'same' }))).toEqual([
      21, 32, 3,
    ])
  })

  it('padding can differ before and after', async () => {
    expect(await flatOf(conv1d(f64([[[1, 2, 3]]]), f64([[[1, 10]]]), { padding: [[1, 0]] }))).toEqual([
      10, 21, 32,
    ])
    expect(conv2d(zeros([1, 1, 3, 3]), zeros([1, 1, 1, 1]), { padding: [1, [0, 2]] }).shape).toEqual([
      1, 1, 5, 5,
    ])
  })

  it('has the derivatives that differences show, to second order', async () => {
    await gradcheck(
      (x, w, bias) => conv2d(x, w, { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2, bias }),
      [varied([1, 2, 3, 4]), varied([2, 1, 2, 2], 1), varied([2], 2)],
    )
    await gradcheck((x, w) => conv1d(x, w, { stride: 2 }), [varied([2, 2, 5]), varied([1, 2, 2], 1)])
  })

  it('refuses what does not fit', () => {
    const x = zeros([1, 3, 8, 8])
    const w = zeros([4, 3, 3, 3])
    expect(() => conv2d(zeros([3, 8, 8]), w)).toThrow(
      'conv2d: needs an input of shape [N, C, H, W], got [3, 8, 8]',
    )
    expect(() => conv2d(x, zeros([4, 3, 3]))).toThrow('conv2d: needs a kernel of rank 4, got [4, 3, 3]')
    expect(() => conv2d(x, w, { stride: 0 })).toThrow(
      'conv2d: stride must be a whole number of at least 1, or 2 of them, got 0',
    )
    expect(() => conv2d(x, w, { padding: -1 })).toThrow(
      "conv2d: padding must be 'same', a whole number of at least 0, or one (or a pair) per spatial axis, got -1",
    )
    expect(() => conv2d(x, w, { padding: [1] })).toThrow('got [1]')
    expect(() => conv2d(x, w, { padding: 'same', stride: 2 })).toThrow(
      "conv2d: padding 'same' needs stride 1, got [2, 2]",
    )
    expect(() => conv2d(x, w, { bias: zeros([3]) })).toThrow(
      'conv2d: the bias must have shape [4], one per output channel, got [3]',
    )
    expect(() => conv2d(x, zeros([4, 2, 3, 3]))).toThrow('the input needs 2 channels')
    expect(() => conv2d(x, zeros([4, 3, 9, 9]))).toThrow('does not fit')
  })
})

describe('convTranspose2d', () => {
  it('is the transpose of conv2d for any setting', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ groups, kernel, stride, padding, dilation }) => {
        const w = varied([2 * groups, 2, ...kernel], 1)
        const { value, pullback } = vjp(
          (x) => conv2d(x, w, { stride, padding, dilation, groups }),
          varied([1, 2 * groups, 6, 5]),
        )
        const ct = varied(value.shape, 2)
        const spread = [6, 5].map((n, i) => {
          const reach = (dilation[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1
          return (n + 2 * (padding[i] ?? 0) - reach) % (stride[i] ?? 1)
        })
        // The sizes a stride leaves open: as many rows at the end as no window reached.
        fc.pre(spread.every((n, i) => n < Math.max(stride[i] ?? 1, dilation[i] ?? 1)))
        const transposed = convTranspose2d(ct, w, {
          stride,
          padding,
          dilation,
          groups,
          outputPadding: spread,
        })
        expect(transposed.shape).toEqual([1, 2 * groups, 6, 5])
        const [expected, got] = [await flatOf(pullback(ct)), await flatOf(transposed)]
        for (const [i, v] of got.entries()) expect(v).toBeCloseTo(expected[i] ?? Number.NaN, 11)
      }),
      { numRuns: 20 },
    )
  })

  it('doubles an image with stride 2', async () => {
    const y = convTranspose2d(
      f64([
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ]),
      f64([
        [
          [
            [1, 1],
            [1, 1],
          ],
        ],
      ]),
      { stride: 2, bias: f64([10]) },
    )
    expect(await valuesOf(y)).toEqual([
      [
        [
          [11, 11, 12, 12],
          [11, 11, 12, 12],
          [13, 13, 14, 14],
          [13, 13, 14, 14],
        ],
      ],
    ])
  })

  it('has the derivatives that differences show, to second order', async () => {
    await gradcheck(
      (x, w) => convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: [1, 0] }),
      [varied([1, 2, 2, 2]), varied([2, 1, 3, 2], 1)],
    )
  })

  it('refuses what does not fit', () => {
    const x = zeros([1, 4, 3, 3])
    expect(() => convTranspose2d(x, zeros([3, 2, 3, 3]))).toThrow(
      "the input must have the kernel's 3 channels",
    )
    expect(() => convTranspose2d(x, zeros([4, 2, 3, 3]), { groups: 3 })).toThrow(
      'which must divide evenly into the groups',
    )
    expect(() => convTranspose2d(x, zeros([4, 2, 3, 3]), { stride: 2, outputPadding: 2 })).toThrow(
      'convTranspose2d: outputPadding [2, 2] must be below the stride or the dilation',
    )
  })
})
