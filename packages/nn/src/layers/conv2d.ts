import { conv2d as convolve, foldIn, OpError, type Tensor } from '@samkit/core'
import { fanIn, type Initializer, torchUniform } from '../init.ts'
import type { Layer } from '../layer.ts'

/** Parameters of {@link conv2d}: `weight` `[out, in / groups, kH, kW]` and `bias` `[out]`, or null without bias. */
export interface Conv2dParams {
  readonly weight: Tensor
  readonly bias: Tensor | null
}

/** One number for height and width, or one for each. */
export type Size2d = number | readonly [height: number, width: number]

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  /** Distance from one window to the next, in elements. Default 1. */
  readonly stride?: Size2d
  /** Zeros around the image, in elements on every side; `same` keeps the size, for stride 1. Default 0. */
  readonly padding?: Size2d | 'same'
  /** Distance between the kernel's elements. Default 1. */
  readonly dilation?: Size2d
  /** Channels fall into this many groups that do not mix. Default 1. */
  readonly groups?: number
  /** Add a learned bias per output channel. Default true. */
  readonly bias?: boolean
  /** Draws the weight. Default: uniform in ±1/√(in / groups · kH · kW), as PyTorch. */
  readonly weightInit?: Initializer
  /** Draws the bias. Default: as the weight. */
  readonly biasInit?: Initializer
}

/** Height and width of a size. */
export function heightAndWidth(size: Size2d): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size
}

/**
 * A 2-D convolution, `[N, inChannels, H, W] → [N, outChannels, H', W']`. Initialised as PyTorch's `Conv2d`.
 *
 * @throws OpError when the groups do not divide the channels; when applied, if channels do not fit or the kernel is
 * larger than the padded image.
 */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernelSize: Size2d,
  options: Conv2dOptions = {},
): Layer<Conv2dParams> {
  const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true } = options
  if (!(Number.isInteger(groups) && groups > 0) || inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new OpError(
      'conv2d',
      `${groups} groups do not divide ${inChannels} input and ${outChannels} output channels`,
    )
  }
  const shape = [outChannels, inChannels / groups, ...heightAndWidth(kernelSize)]
  const standard: Initializer = (key, s) => torchUniform(key, s, fanIn(shape))
  const { weightInit = standard, biasInit = standard } = options
  return {
    init: (key) => ({
      weight: weightInit(foldIn(key, 0), shape),
      bias: bias ? biasInit(foldIn(key, 1), [outChannels]) : null,
    }),
    apply: ({ weight, bias: b }, x) => convolve(x, weight, { stride, padding, dilation, groups, bias: b }),
    kinds: () => ({ weight: 'weight', bias: bias ? 'bias' : null }),
  }
}
