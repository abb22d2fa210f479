import { conv2d as convolve, foldIn, type Tensor } from '@samkit/core'
import { fanIn, torchUniform } from '../init.ts'
import type { Layer } from '../layer.ts'

/** Parameters of {@link conv2d}: `weight` `[out, in / groups, kH, kW]` and `bias` `[out]`, or null without bias. */
export interface Conv2dParams {
  readonly weight: Tensor
  readonly bias: Tensor | null
}

/** Options of {@link conv2d}. */
export interface Conv2dOptions {
  /** Distance from one window to the next, in elements. Default 1. */
  readonly stride?: number
  /** Zeros around the image, in elements on every side. Default 0. */
  readonly padding?: number
  /** Distance between the kernel's elements. Default 1. */
  readonly dilation?: number
  /** Channels fall into this many groups that do not mix. Default 1. */
  readonly groups?: number
  /** Add a learned bias per output channel. Default true. */
  readonly bias?: boolean
}

/**
 * A 2-D convolution, `[N, inChannels, H, W] → [N, outChannels, H', W']`, with a square kernel. Initialised as PyTorch's
 * `Conv2d`.
 *
 * @throws OpError when channels do not fit or the kernel is larger than the padded image.
 */
export function conv2d(
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true }: Conv2dOptions = {},
): Layer<Conv2dParams> {
  const shape = [outChannels, inChannels / groups, kernelSize, kernelSize]
  return {
    init: (key) => ({
      weight: torchUniform(foldIn(key, 0), shape, fanIn(shape)),
      bias: bias ? torchUniform(foldIn(key, 1), [outChannels], fanIn(shape)) : null,
    }),
    apply: (params, x) => {
      const y = convolve(x, params.weight, { stride, padding, dilation, groups })
      return params.bias === null ? y : y.add(params.bias.reshape(-1, 1, 1))
    },
    kinds: () => ({ weight: 'weight', bias: bias ? 'bias' : null }),
  }
}
