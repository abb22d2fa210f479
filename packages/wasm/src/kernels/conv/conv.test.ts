import type { ConvKernel } from '@samkit/core/compiler'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyConv, buffersFor, compiled, type Layer, layerKernels, naive, plain } from './conv.testing.ts'
import { generateConv } from './index.ts'

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })

/** The largest difference from the definition, in roundings of a sum as large as all its terms together. */
function error(kernel: ConvKernel, seed: number): number {
  const buffers = buffersFor(kernel, seed)
  const { wanted, terms } = naive(kernel, buffers)
  const made = compiled(generateConv, kernel, buffers)
  made.run()
  const unit = kernel.dtype === 'f64' ? 2 ** -53 : 2 ** -24
  return Array.from(made.read(2)).reduce((worst, value, i) => {
    const off = Math.abs(value - (wanted[i] ?? 0)) / (unit * (terms[i] ?? 0) || unit)
    return Number.isNaN(off) ? off : Math.max(off, worst)
  }, 0)
}

function expectSplit(kernel: ConvKernel, at: readonly number[]): void {
  const buffers = buffersFor(kernel, 7)
  const [whole, pieces] = [compiled(generateConv, kernel, buffers), compiled(generateConv, kernel, buffers)]
  whole.run()
  pieces.run(at)
  expect(pieces.read(2)).toEqual(whole.read(2))
}

describe('a convolution', () => {
  test('of any form is what its definition says', () => {
    fc.assert(
      fc.property(anyConv, fc.integer(), (kernel, seed) => {
        expect(error(kernel, seed)).toBeLessThan(12)
      }),
      { numRuns: 200 },
    )
  })

  test('has the same bits however it is split', () => {
    fc.assert(fc.property(anyConv, cuts, expectSplit), { numRuns: 50 })
  })
})

/** What layers of networks look like, small; each way of computing them is among these. */
const layers: Record<string, Layer> = {
  'first layer': { n: 3, c: 3, o: 16, height: 10, width: 16, kernel: 3, padding: 1 },
  '3 × 3': { n: 9, c: 8, o: 12, height: 12, width: 16, kernel: 3, padding: 1 },
  '3 × 3 of wide images': { n: 2, c: 40, o: 8, height: 20, width: 80, kernel: 3, padding: 1 },
  '3 × 3 of many channels': { n: 5, c: 160, o: 8, height: 4, width: 8, kernel: 3, padding: 1 },
  '3 × 3 of tiny images': { n: 6, c: 12, o: 8, height: 2, width: 2, kernel: 3, padding: 1 },
  '3 × 3 of small images': { n: 6, c: 12, o: 8, height: 4, width: 4, kernel: 3, padding: 1 },
  '3 × 3 of two small images': { n: 2, c: 12, o: 8, height: 4, width: 4, kernel: 3, padding: 1 },
  '3 × 3 of an image of six columns': { n: 1, c: 8, o: 12, height: 8, width: 6, kernel: 3, padding: 1 },
  '3 × 3 of odd images': { n: 2, c: 9, o: 5, height: 7, width: 7, kernel: 3, padding: 1 },
  'stride of 2': { n: 3, c: 8, o: 8, height: 16, width: 16, kernel: 3, stride: 2, padding: 1 },
  shortcut: { n: 3, c: 8, o: 12, height: 8, width: 16, kernel: 1, stride: 2 },
  '1 × 1': { n: 2, c: 24, o: 10, height: 6, width: 9, kernel: 1 },
  patches: { n: 2, c: 3, o: 8, height: 16, width: 16, kernel: 4, stride: 4 },
  'large patches': { n: 2, c: 2, o: 8, height: 36, width: 36, kernel: 12, stride: 12 },
  'large kernel': { n: 1, c: 2, o: 4, height: 24, width: 24, kernel: 9, padding: 4 },
  '5 × 5': { n: 4, c: 6, o: 10, height: 14, width: 14, kernel: 5 },
  dilation: { n: 2, c: 4, o: 6, height: 12, width: 12, kernel: 3, padding: 2, dilation: 2 },
  groups: { n: 2, c: 6, o: 9, height: 8, width: 8, kernel: 3, padding: 1, groups: 3 },
  depthwise: { n: 3, c: 6, o: 6, height: 8, width: 8, kernel: 3, padding: 1, groups: 6 },
}

describe.each(Object.entries(layers))('a layer with %s', (_, layer) => {
  const kernels = layerKernels(layer)

  test.each(Object.entries(kernels))('has its %s (gradient) within a few roundings', (_, kernel) => {
    expect(error(kernel, 3)).toBeLessThan(24)
  })

  test('has the same bits however it is split', () => {
    for (const kernel of Object.values(kernels)) expectSplit(kernel, [0.3, 0.55])
  })
})

test('with nothing to sum gives zeros, and of nothing does nothing', () => {
  const axis = { input: 4, kernel: 3, output: 4, stride: 1, low: 1, dilation: 1, inputDilation: 1 }
  for (const sizes of [{ c: 0 }, { n: 0 }, { o: 0 }]) {
    const kernel = plain('f32', { n: 2, c: 2, o: 3, groups: 1, axes: [axis, axis], ...sizes })
    const buffers = [1, 1, 96].map((length) => new Float32Array(length).fill(2))
    const made = compiled(generateConv, kernel, buffers)
    made.run()
    expect(new Set(made.read(2))).toEqual(new Set([sizes.c === 0 ? 0 : 2]))
  }
})

test('infinities and NaN come through, and go no further than they are met or a place beside', () => {
  const { output } = layerKernels({ n: 1, c: 8, o: 8, height: 16, width: 16, kernel: 3, padding: 1 })
  const [x, w, out] = buffersFor(output, 5)
  if (x === undefined || w === undefined || out === undefined) throw new Error('no buffers')
  x[8 * 16 + 8] = Number.NaN
  const made = compiled(generateConv, output, [x, w, out])
  made.run()
  const got = made.read(2)
  for (let y = 0; y < 16; y++) {
    for (let column = 0; column < 16; column++) {
      const far = Math.max(Math.abs(y - 8), Math.abs(column - 8))
      if (far <= 1) expect(got[16 * y + column]).toBeNaN()
      if (far > 2) expect(got[16 * y + column]).not.toBeNaN()
    }
  }
})
