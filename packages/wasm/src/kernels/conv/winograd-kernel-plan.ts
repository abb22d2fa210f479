import type { ConvAxis, ConvKernel } from '@samkit/core/compiler'
import type { Lanes } from '../gemm/lanes.ts'
import { blockBytes } from './blocks.ts'
import { type Layout, layoutOf } from './layout.ts'
import { oddLines } from './winograd-tiles.ts'

/** Output channels at a time: the lanes of the sums. */
export const height = 4
/** Scratch for the sums of groups of images. */
const sumBytes = 16 * 1024 * 1024
/** So many vectors of tiles make a group of images worth its sums. */
const leastVectors = 32

/**
 * The gradient of a 3 × 3 kernel as a convolution from the inputs to tiles of 2 × 2 output gradients: those take the place
 * of outputs, images that of images, and the kernel's input channels that of channels.
 */
function tiledGradient({ axes, n, c, x, w, ...rest }: ConvKernel): ConvKernel {
  const [channel = 0, image = 0, ...along] = x.strides
  const [feature = 0, of = 0, ...spatial] = w.strides
  return {
    ...rest,
    n: c,
    c: n,
    axes: axes.map((axis) => ({ ...axis, kernel: 4, stride: 2, output: axis.kernel / 2 })),
    x: { ...x, strides: [image, channel, ...along] },
    w,
    out: { ...w, strides: [of, feature, ...spatial.map((stride) => 2 * stride)] },
  }
}

export interface Plan {
  readonly tiles: ConvKernel
  readonly layout: Layout
  /** Groups of images, each with sums of its own, and images in one. */
  readonly groups: number
  readonly images: number
  /** Vectors of tiles at a time, and how many of them are written out. */
  readonly vectors: number
  readonly together: number
  readonly inputStride: number
  readonly gradientStride: number
  /** Where transformed inputs and output gradients lie in a thread's scratch, and where that ends. */
  readonly inputs: number
  readonly gradients: number
  readonly end: number
  /** Bytes of one group's sums: 16 matrices `[input channels, output channels]`. */
  readonly sums: number
  /** Bytes between those matrices. */
  readonly sumStride: number
}

export function planOf(kernel: ConvKernel, lanes: Lanes): Plan {
  const tiles = tiledGradient(kernel)
  const layout = layoutOf(tiles, lanes, Number.POSITIVE_INFINITY)
  const { n, c, o } = kernel
  const each = (layout.parts[0]?.counts[0] ?? 0) * (layout.parts[0]?.vectors ?? 0)
  const sumStride = oddLines(4 * n * o)
  const sums = 16 * sumStride
  const fitting = Math.min(8, c, Math.floor((c * each) / leastVectors), Math.floor(sumBytes / sums))
  const images = Math.ceil(c / Math.max(1, fitting))
  const vectors = n + o <= 128 ? 32 : 16
  const inputStride = oddLines(16 * vectors * n)
  const gradientStride = oddLines(16 * vectors * o)
  const { tables, copy } = blockBytes(layout)
  const gradients = tables + copy + 16 * inputStride
  return {
    tiles,
    layout,
    groups: Math.ceil(c / images),
    images,
    vectors,
    together:
      [8, 4, 2].find((count) => (layout.blocks > 1 ? (layout.parts[0]?.vectors ?? 0) : each) % count === 0) ??
      1,
    inputStride,
    gradientStride,
    inputs: tables + copy,
    gradients,
    end: gradients + 16 * gradientStride,
    sums,
    sumStride,
  }
}

/** Whether {@link generateWinogradKernel} can compute a convolution, and is expected to be faster. */
export function suitsWinogradKernel(kernel: ConvKernel, lanes: Lanes): boolean {
  const { dtype, axes, n, c, o, groups } = kernel
  const plain = ({ kernel, stride, dilation, inputDilation, output }: ConvAxis): boolean =>
    output === 3 && stride === 1 && dilation === 1 && inputDilation === 1 && kernel % 2 === 0
  if (dtype !== 'f32' || groups !== 1 || axes.length !== 2 || !axes.every(plain)) return false
  if (n < 8 || o < 8 || n % 2 > 0 || o % height > 0 || (axes[1]?.kernel ?? 0) % 8 > 0) return false
  const plan = planOf(kernel, lanes)
  const each = (plan.layout.parts[0]?.counts[0] ?? 0) * (plan.layout.parts[0]?.vectors ?? 0)
  return plan.layout.across === 'row' && plan.groups >= Math.min(2, c) && plan.images * each >= leastVectors
}
