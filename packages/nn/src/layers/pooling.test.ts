import { tensor, zeros } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import { expectValues, gradcheckLayer, numbers, still, valuesOf } from '../testing/layers.testing.ts'
import { adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool2d, maxPool2d } from './pooling.ts'

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** What `reduce` makes of the cells that an adaptive pooling lays over one `[h, w]` image. */
function overCells(
  image: readonly number[],
  [h, w]: readonly [number, number],
  [outH, outW]: readonly [number, number],
  reduce: (cell: readonly number[]) => number,
): number[] {
  const out: number[] = []
  for (let i = 0; i < outH; i++)
    for (let j = 0; j < outW; j++) {
      const cell: number[] = []
      for (let y = Math.floor((i * h) / outH); y < Math.ceil(((i + 1) * h) / outH); y++)
        for (let x = Math.floor((j * w) / outW); x < Math.ceil(((j + 1) * w) / outW); x++)
          cell.push(image[y * w + x]!)
      out.push(reduce(cell))
    }
  return out
}

describe('pooling layers', () => {
  it('reduce windows, as far apart as they are large unless told otherwise', async () => {
    const x = tensor([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10, 11, 12],
      [13, 14, 15, 16],
    ]).reshape(1, 1, 4, 4)
    expect(await maxPool2d(2).apply({}, x, still).array()).toEqual([
      [
        [
          [6, 8],
          [14, 16],
        ],
      ],
    ])
    expect(await avgPool2d(2).apply({}, x, still).array()).toEqual([
      [
        [
          [3.5, 5.5],
          [11.5, 13.5],
        ],
      ],
    ])
    const overlapping = maxPool2d(3, { stride: 2, padding: 1 }).apply({}, x, still)
    expect(await overlapping.array()).toEqual([
      [
        [
          [6, 8],
          [14, 16],
        ],
      ],
    ])
  })

  it.each<readonly [readonly [number, number]]>([[[1, 1]], [[2, 2]], [[3, 2]], [[5, 4]]])(
    'adaptive ones lay a grid of %o cells over the image, PyTorch’s',
    async (grid) => {
      const x = numbers(1, [2, 1, 5, 4])
      const values = await valuesOf(x)
      const images = [values.slice(0, 20), values.slice(20)]
      const expected = (reduce: (cell: readonly number[]) => number) =>
        images.flatMap((image) => overCells(image, [5, 4], grid, reduce))
      await expectValues(adaptiveAvgPool2d(grid).apply({}, x, still), [2, 1, ...grid], expected(mean))
      const largest = expected((cell) => Math.max(...cell))
      await expectValues(adaptiveMaxPool2d(grid).apply({}, x, still), [2, 1, ...grid], largest)
    },
  )

  it('have the right gradients', async () => {
    const x = numbers(2, [1, 1, 5, 4])
    for (const layer of [maxPool2d(2), avgPool2d(2), adaptiveAvgPool2d(3), adaptiveMaxPool2d([2, 3])])
      await gradcheckLayer(layer, x, still, { order: 1 })
  })

  it('refuse what is no batch of images', () => {
    expect(() => adaptiveMaxPool2d(1).apply({}, zeros([2, 3]), still)).toThrow(
      'needs [N, C, H, W] with pixels',
    )
  })
})
