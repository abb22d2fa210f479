import { OpError } from '../graph/errors.ts'
import { formatShape } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { checkOptions, checkTensor } from '../ops/check.ts'
import { conv } from '../ops/conv.ts'
import { add } from '../ops/elementwise.ts'
import { permute, reshape } from '../ops/reshape.ts'
import { flip } from '../ops/slice.ts'
import { checkWhole, shown } from './arguments.ts'
import { checkImages, type PerAxis, perAxis } from './spatial.ts'

/** How a convolution moves over its input. */
export interface ConvOptions {
  /** How far the kernel moves between outputs. Default 1. */
  readonly stride?: PerAxis
  /**
   * Zeros on both sides of each spatial axis, or a pair `[before, after]` per axis. `same`: as many as give the output
   * the input's size (the odd one after), for stride 1. Default 0.
   */
  readonly padding?: number | 'same' | readonly (number | readonly [before: number, after: number])[]
  /** Distance between the kernel's elements. Default 1. */
  readonly dilation?: PerAxis
  /** Channels fall into this many groups that do not mix. As many as channels: a depthwise convolution. Default 1. */
  readonly groups?: number
  /** Added to every output channel, `[O]`. Default: nothing. */
  readonly bias?: Tensor | null
}

/**
 * The cross-correlation that deep learning calls convolution: `x` `[N, C, L]` with kernels `w` `[O, C/groups, K]`
 * gives `[N, O, ⌊(L + padding - reach) / stride⌋ + 1]` with `reach = dilation · (K - 1) + 1`.
 *
 * @throws OpError when shapes, channels, groups or options do not fit, or the kernel reaches over the padded input.
 */
export function conv1d(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  return convolve('conv1d', x, w, 1, options)
}

/**
 * The cross-correlation that deep learning calls convolution: `x` `[N, C, H, W]` with kernels `w` `[O, C/groups, kH, kW]`
 * gives `[N, O, …]`, each spatial size `⌊(size + padding - reach) / stride⌋ + 1` with `reach = dilation · (k - 1) + 1`.
 *
 * @throws OpError when shapes, channels, groups or options do not fit, or the kernel reaches over the padded input.
 */
export function conv2d(x: Tensor, w: Tensor, options: ConvOptions = {}): Tensor {
  return convolve('conv2d', x, w, 2, options)
}

function convolve(op: string, x: Tensor, w: Tensor, axes: number, options: ConvOptions): Tensor {
  checkTensor(op, x, w)
  checkOptions(op, options, ['stride', 'padding', 'dilation', 'groups', 'bias'])
  const { groups = 1, bias = null } = options
  checkWhole(op, 'groups', groups, 1)
  checkImages(op, x, axes)
  checkKernel(op, w, axes)
  const stride = perAxis(op, 'stride', options.stride ?? 1, axes, 1)
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, axes, 1)
  const reach = dilation.map((d, i) => d * ((w.shape[i + 2] ?? 0) - 1))
  const padding = paddingPairs(op, options.padding ?? 0, reach, stride)
  const y = conv(x, w, { stride, padding, dilation, inputDilation: stride.map(() => 1), groups })
  return addBias(op, y, bias)
}

function checkKernel(op: string, w: Tensor, axes: number): void {
  if (w.rank === axes + 2) return
  throw new OpError(op, `needs a kernel of rank ${axes + 2}, got ${formatShape(w.shape)}`)
}

type PaddingPairs = readonly (readonly [number, number])[]

function paddingPairs(
  op: string,
  padding: NonNullable<ConvOptions['padding']>,
  reach: readonly number[],
  stride: readonly number[],
): PaddingPairs {
  if (padding === 'same') {
    if (stride.some((s) => s !== 1)) {
      throw new OpError(
        op,
        `padding 'same' needs stride 1, got ${formatShape(stride)}; give the padding in numbers`,
      )
    }
    return reach.map((total) => [Math.floor(total / 2), Math.ceil(total / 2)])
  }
  const list = typeof padding === 'number' ? reach.map(() => padding) : padding
  const pairs = Array.isArray(list)
    ? list.map((p) => (typeof p === 'number' ? [p, p] : p) as readonly [number, number])
    : []
  const valid = pairs.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0),
  )
  if (pairs.length !== reach.length || !valid) {
    throw new OpError(
      op,
      `padding must be 'same', a whole number of at least 0, or one (or a pair) per spatial axis, got ${shown(padding)}`,
    )
  }
  return pairs
}

function addBias(op: string, y: Tensor, bias: Tensor | null): Tensor {
  if (bias === null) return y
  checkTensor(op, bias)
  const [, channels = 0, ...spatial] = y.shape
  if (bias.rank !== 1 || bias.size !== channels) {
    throw new OpError(
      op,
      `the bias must have shape [${channels}], one per output channel, got ${formatShape(bias.shape)}`,
    )
  }
  return add(y, reshape(bias, [channels, ...spatial.map(() => 1)]))
}

/** How a transposed convolution moves over its output. */
export interface ConvTransposeOptions {
  /** How far outputs of neighbouring inputs lie apart. Default 1. */
  readonly stride?: PerAxis
  /** How much is cut off each side of the output: the padding of the convolution it is the transpose of. Default 0. */
  readonly padding?: PerAxis
  /** Elements added at the end of each output axis, for sizes a stride leaves open; below `stride`. Default 0. */
  readonly outputPadding?: PerAxis
  /** Distance between the kernel's elements. Default 1. */
  readonly dilation?: PerAxis
  /** Channels fall into this many groups that do not mix. Default 1. */
  readonly groups?: number
  /** Added to every output channel, `[O]`. Default: nothing. */
  readonly bias?: Tensor | null
}

/**
 * The transpose of `conv2d`: `x` `[N, C, H, W]` with kernels `w` `[C, O/groups, kH, kW]` gives `[N, O, …]`, each spatial
 * size `(size - 1) · stride - 2 · padding + dilation · (k - 1) + outputPadding + 1`.
 *
 * @throws OpError when shapes, channels, groups or options do not fit.
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const op = 'convTranspose2d'
  checkTensor(op, x, w)
  checkOptions(op, options, ['stride', 'padding', 'outputPadding', 'dilation', 'groups', 'bias'])
  const { groups = 1, bias = null } = options
  checkWhole(op, 'groups', groups, 1)
  checkImages(op, x, 2)
  checkKernel(op, w, 2)
  const stride = perAxis(op, 'stride', options.stride ?? 1, 2, 1)
  const padding = perAxis(op, 'padding', options.padding ?? 0, 2, 0)
  const dilation = perAxis(op, 'dilation', options.dilation ?? 1, 2, 1)
  const outputPadding = perAxis(op, 'outputPadding', options.outputPadding ?? 0, 2, 0)
  if (outputPadding.some((n, i) => n >= Math.max(stride[i] ?? 1, dilation[i] ?? 1))) {
    throw new OpError(
      op,
      `outputPadding ${formatShape(outputPadding)} must be below the stride or the dilation`,
    )
  }
  const [channels = 0, perGroup = 0, ...kernel] = w.shape
  if (channels % groups !== 0 || x.shape[1] !== channels) {
    throw new OpError(
      op,
      `input ${formatShape(x.shape)}, kernel ${formatShape(w.shape)}, groups ${groups}: the input must have the ` +
        `kernel's ${channels} channels, which must divide evenly into the groups`,
    )
  }
  const grouped = reshape(w, [groups, channels / groups, perGroup, ...kernel])
  const swapped = reshape(permute(grouped, [0, 2, 1, 3, 4]), [
    groups * perGroup,
    channels / groups,
    ...kernel,
  ])
  const y = conv(x, flip(swapped, [2, 3]), {
    stride: [1, 1],
    padding: kernel.map((k, i) => {
      const low = (dilation[i] ?? 1) * (k - 1) - (padding[i] ?? 0)
      return [low, low + (outputPadding[i] ?? 0)]
    }),
    dilation,
    inputDilation: stride,
    groups,
  })
  return addBias(op, y, bias)
}
