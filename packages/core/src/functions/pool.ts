import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { div } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { checkFlag, checkOptions, checkTensor } from '../ops/check.ts'
import { asFloat } from '../ops/coerce.ts'
import { max } from '../ops/extrema.ts'
import { constant } from '../ops/leaves.ts'
import { windows } from '../ops/windows.ts'
import { pad } from './pad.ts'
import { checkImages, type PerAxis, perAxis } from './spatial.ts'

/** The windows that a pooling reduces. */
export interface PoolOptions {
  /** Height and width of a window. */
  readonly kernelSize: PerAxis
  /** How far one window is from the next. Default: `kernelSize`, so that they do not overlap. */
  readonly stride?: PerAxis
  /** Elements added on both sides of each spatial axis; at most half of `kernelSize`. Default 0. */
  readonly padding?: PerAxis
}

/** The windows of `x` over padding of `value`: `[N, C, H', W', kH, kW]`. */
function pooled(
  op: string,
  x: Tensor,
  options: PoolOptions,
  dilation: readonly number[],
  value: number,
): Tensor {
  checkImages(op, x, 2)
  const size = perAxis(op, 'kernelSize', options.kernelSize, 2, 1)
  const stride = perAxis(op, 'stride', options.stride ?? size, 2, 1)
  const amount = perAxis(op, 'padding', options.padding ?? 0, 2, 0)
  if (amount.some((n, i) => 2 * n > (size[i] ?? 0))) {
    throw new OpError(
      op,
      `padding ${formatShape(amount)} must be at most half of kernelSize ${formatShape(size)}`,
    )
  }
  const length = amount.map((n, i) => (x.shape[i + 2] ?? 0) + 2 * n)
  const reach = size.map((k, i) => (k - 1) * (dilation[i] ?? 1) + 1)
  if (reach.some((r, i) => r > (length[i] ?? 0))) {
    throw new OpError(
      op,
      `a window of ${formatShape(reach)} does not fit into ${formatShape(x.shape)}, padding included ${formatShape(length)}`,
    )
  }
  const padded = amount.some((n) => n > 0)
    ? pad(
        x,
        amount.map((n) => [n, n] as const),
        { value },
      )
    : x
  return windows(padded, { size, stride, dilation })
}

/** Options of `maxPool2d`. */
export interface MaxPoolOptions extends PoolOptions {
  /** Distance between the elements of a window. Default 1. */
  readonly dilation?: PerAxis
}

/**
 * The largest element of each window of `x` `[N, C, H, W]`; padding never wins. Ties share the gradient evenly (PyTorch
 * gives it to the first). Integers become `f32`.
 *
 * @throws OpError when `x` is no batch of images, an option is out of range, or the window does not fit.
 */
export function maxPool2d(x: Tensor, options: MaxPoolOptions): Tensor {
  checkTensor('maxPool2d', x)
  checkOptions('maxPool2d', options, ['kernelSize', 'stride', 'padding', 'dilation'])
  const dilation = perAxis('maxPool2d', 'dilation', options.dilation ?? 1, 2, 1)
  return max(pooled('maxPool2d', asFloat(x), options, dilation, Number.NEGATIVE_INFINITY), { axis: [-1, -2] })
}

/** Options of `avgPool2d`. */
export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts among the elements that are averaged. Default true, as in PyTorch. */
  readonly countIncludePad?: boolean
}

/**
 * The mean of each window of `x` `[N, C, H, W]`. Integers become `f32`.
 *
 * @throws OpError when `x` is no batch of images, an option is out of range, or the window does not fit.
 */
export function avgPool2d(x: Tensor, options: AvgPoolOptions): Tensor {
  checkTensor('avgPool2d', x)
  checkOptions('avgPool2d', options, ['kernelSize', 'stride', 'padding', 'countIncludePad'])
  const { countIncludePad = true } = options
  checkFlag('avgPool2d', 'countIncludePad', countIncludePad)
  const sums = (t: Tensor): Tensor => sum(pooled('avgPool2d', t, options, [1, 1], 0), { axis: [-1, -2] })
  const t = asFloat(x)
  if (countIncludePad) {
    const [height = 1, width = 1] = perAxis('avgPool2d', 'kernelSize', options.kernelSize, 2, 1)
    return div(sums(t), height * width)
  }
  return div(sums(t), sums(constant(1, [1, 1, ...t.shape.slice(2)], t.dtype)))
}
