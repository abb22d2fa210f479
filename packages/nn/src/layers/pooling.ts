import {
  type AvgPoolOptions,
  adaptiveAvgPool2d as adaptiveAverage,
  avgPool2d as average,
  formatShape,
  type MaxPoolOptions,
  maxPool2d as maximum,
  OpError,
  type Tensor,
  tensor,
} from '@samkit/core'
import type { Layer } from '../layer.ts'
import { lambda } from '../module.ts'
import { heightAndWidth, type Size2d } from './conv2d.ts'

/** A layer without parameters. */
type Plain = Layer<Readonly<Record<string, never>>>

/** The largest element of each window of `[N, C, H, W]`, as core's `maxPool2d`. `stride` defaults to the kernel's size. */
export function maxPool2d(kernelSize: Size2d, options: Omit<MaxPoolOptions, 'kernelSize'> = {}): Plain {
  return lambda((x) => maximum(x, { kernelSize, ...options }))
}

/** The mean of each window of `[N, C, H, W]`, as core's `avgPool2d`. `stride` defaults to the kernel's size. */
export function avgPool2d(kernelSize: Size2d, options: Omit<AvgPoolOptions, 'kernelSize'> = {}): Plain {
  return lambda((x) => average(x, { kernelSize, ...options }))
}

/** Means over a grid of `outputSize` cells: `[N, C, H, W] → [N, C, h, w]`, as core's `adaptiveAvgPool2d`. */
export function adaptiveAvgPool2d(outputSize: Size2d): Plain {
  return lambda((x) => adaptiveAverage(x, outputSize))
}

/**
 * The largest elements over a grid of `outputSize` cells: `[N, C, H, W] → [N, C, h, w]`. As in PyTorch, cell `i` of `h`
 * goes from `⌊i · H / h⌋` up to `⌈(i + 1) · H / h⌉`, so cells overlap where the size does not divide.
 *
 * @throws OpError when applied to other than images with pixels.
 */
export function adaptiveMaxPool2d(outputSize: Size2d): Plain {
  const [height, width] = heightAndWidth(outputSize)
  return lambda((x) => {
    if (x.rank !== 4 || x.size === 0) {
      throw new OpError('adaptiveMaxPool2d', `needs [N, C, H, W] with pixels, got ${formatShape(x.shape)}`)
    }
    const rows = x.indexSelect(2, cells(x.shape[2] ?? 0, height)).max({ axis: 3 })
    return rows.indexSelect(3, cells(rows.shape[3] ?? 0, width)).max({ axis: 4 })
  })
}

/** `[count, longest]`: the indices of each cell; shorter cells repeat their last one, which changes no maximum. */
function cells(size: number, count: number): Tensor {
  const bounds = Array.from({ length: count }, (_, i) => {
    return [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)] as const
  })
  const longest = Math.max(...bounds.map(([start, stop]) => stop - start))
  const indices = bounds.map(([start, stop]) =>
    Array.from({ length: longest }, (_, k) => Math.min(start + k, stop - 1)),
  )
  return tensor(indices, { dtype: 'i32' })
}
