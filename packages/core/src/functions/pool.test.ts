import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradcheck } from '../autodiff/gradcheck.ts'
import { zeros } from '../tensor/fill.ts'
import { adaptiveAvgPool2d } from './adaptive-pool.ts'
import { read, varied } from './images.testing.ts'
import { avgPool2d, maxPool2d } from './pool.ts'
import { f64, slopesOf, valuesOf } from './values.testing.ts'

const setting = fc
  .record({
    kernelSize: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.tuple(fc.nat(1), fc.nat(1)),
  })
  .filter(({ kernelSize, padding }) => padding.every((n, i) => 2 * n <= (kernelSize[i] ?? 1)))

describe('maxPool2d and avgPool2d', () => {
  it('agree with loops over the windows, for any size, stride and padding', async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ kernelSize, stride, padding }) => {
        const x = varied([1, 2, 5, 6])
        const image = await read(x, Number.NaN)
        const largest = await read(maxPool2d(x, { kernelSize, stride, padding }))
        const average = await read(avgPool2d(x, { kernelSize, stride, padding }))
        const inside = await read(avgPool2d(x, { kernelSize, stride, padding, countIncludePad: false }))
        const [height = 0, width = 0] = [5, 6].map(
          (n, i) => Math.floor((n + 2 * (padding[i] ?? 0) - (kernelSize[i] ?? 1)) / (stride[i] ?? 1)) + 1,
        )
        expect(largest.shape).toEqual([1, 2, height, width])
        for (let i = 0; i < height; i++) {
          for (let j = 0; j < width; j++) {
            const window = []
            for (let p = 0; p < kernelSize[0]; p++) {
              for (let q = 0; q < kernelSize[1]; q++) {
                window.push(image.at(0, 1, i * stride[0] + p - padding[0], j * stride[1] + q - padding[1]))
              }
            }
            const real = window.filter((v) => !Number.isNaN(v))
            const total = real.reduce((a, b) => a + b, 0)
            expect(largest.at(0, 1, i, j)).toBe(Math.max(...real))
            expect(average.at(0, 1, i, j)).toBeCloseTo(total / window.length, 12)
            expect(inside.at(0, 1, i, j)).toBeCloseTo(total / real.length, 12)
          }
        }
      }),
      { numRuns: 20 },
    )
  })

  it('do not overlap windows unless asked to', () => {
    expect(maxPool2d(zeros([1, 1, 5, 6]), { kernelSize: 2 }).shape).toEqual([1, 1, 2, 3])
    expect(avgPool2d(zeros([1, 1, 5, 6]), { kernelSize: [2, 3], stride: 1 }).shape).toEqual([1, 1, 4, 4])
  })

  it('maxPool2d spreads its windows by the dilation', async () => {
    const x = f64([[[[1, 9, 2, 8, 3]]]])
    expect(await valuesOf(maxPool2d(x, { kernelSize: [1, 2], stride: 1, dilation: 2 }))).toEqual([
      [[[2, 9, 3]]],
    ])
  })

  it('padding never wins a maximum, also among negative numbers', async () => {
    const x = f64([
      [
        [
          [-5, -7],
          [-6, -8],
        ],
      ],
    ])
    expect(await valuesOf(maxPool2d(x, { kernelSize: 2, stride: 2, padding: 1 }))).toEqual([
      [
        [
          [-5, -7],
          [-6, -8],
        ],
      ],
    ])
  })

  it('ties share the gradient of a maximum evenly', async () => {
    const x = f64([
      [
        [
          [2, 2],
          [1, 2],
        ],
      ],
    ])
    const third = expect.closeTo(1 / 3, 15)
    expect(await slopesOf((t) => maxPool2d(t, { kernelSize: 2 }), x)).toEqual([third, third, 0, third])
  })

  it('have the derivatives that differences show, windows overlapping, to second order', async () => {
    const x = varied([1, 1, 4, 4])
    await gradcheck((t) => maxPool2d(t, { kernelSize: 3, stride: 1, padding: 1 }), [x])
    await gradcheck(
      (t) => avgPool2d(t, { kernelSize: 2, stride: 1, padding: 1, countIncludePad: false }),
      [x],
    )
  })

  it('refuse what does not fit', () => {
    const x = zeros([1, 1, 4, 4])
    expect(() => maxPool2d(zeros([4, 4]), { kernelSize: 2 })).toThrow(
      'maxPool2d: needs an input of shape [N, C, H, W], got [4, 4]',
    )
    expect(() => maxPool2d(x, { kernelSize: 5 })).toThrow(
      'maxPool2d: a window of [5, 5] does not fit into [1, 1, 4, 4]',
    )
    expect(() => avgPool2d(x, { kernelSize: 3, padding: 2 })).toThrow(
      'avgPool2d: padding [2, 2] must be at most half of kernelSize [3, 3]',
    )
    expect(() => avgPool2d(x, { kernelSize: [2] })).toThrow(
      'avgPool2d: kernelSize must be a whole number of at least 1, or 2 of them, got [2]',
    )
  })
})

describe('adaptiveAvgPool2d', () => {
  it('averages the cells that its formula gives, whatever the sizes', async () => {
    const size = fc.integer({ min: 1, max: 6 })
    await fc.assert(
      fc.asyncProperty(size, size, size, size, async (height, width, rows, columns) => {
        const x = varied([1, 1, height, width])
        const image = await read(x)
        const y = await read(adaptiveAvgPool2d(x, [rows, columns]))
        expect(y.shape).toEqual([1, 1, rows, columns])
        for (let r = 0; r < rows; r++) {
          for (let c = 0; c < columns; c++) {
            const cell = []
            for (let i = Math.floor((r * height) / rows); i < Math.ceil(((r + 1) * height) / rows); i++) {
              for (
                let j = Math.floor((c * width) / columns);
                j < Math.ceil(((c + 1) * width) / columns);
                j++
              ) {
                cell.push(image.at(0, 0, i, j))
              }
            }
            expect(y.at(0, 0, r, c)).toBeCloseTo(cell.reduce((a, b) => a + b, 0) / cell.length, 12)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('of size 1 is the global average', async () => {
    expect(
      await valuesOf(
        adaptiveAvgPool2d(
          f64([
            [
              [
                [1, 2],
                [3, 6],
              ],
            ],
          ]),
          1,
        ),
      ),
    ).toEqual([[[[3]]]])
  })

  it('has the derivatives that differences show', async () => {
    await gradcheck((x) => adaptiveAvgPool2d(x, [2, 3]), [varied([1, 2, 3, 4])])
  })

  it('refuses images without pixels', () => {
    expect(() => adaptiveAvgPool2d(zeros([1, 1, 0, 4]), 1)).toThrow(
      'adaptiveAvgPool2d: [1, 1, 0, 4] has no pixels to average',
    )
  })
})
