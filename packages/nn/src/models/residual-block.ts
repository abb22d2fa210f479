import type { Tensor } from '@samkit/core'
import { type Initializer, kaimingNormal, oneInit, zeroInit } from '../init.ts'
import type { Layer } from '../layer.ts'
import { type BatchNormParams, batchNorm2d } from '../layers/batch-norm.ts'
import { type Conv2dParams, conv2d } from '../layers/conv2d.ts'
import { module, sequential } from '../module.ts'

/** Parameters of the shortcut of a block that changes the shape: a 1×1 convolution and its norm, or null. */
export type DownsampleParams = readonly [Conv2dParams, BatchNormParams] | null

/** Parameters of {@link basicBlock}, named as torchvision's. */
export interface BasicBlockParams {
  readonly conv1: Conv2dParams
  readonly bn1: BatchNormParams
  readonly conv2: Conv2dParams
  readonly bn2: BatchNormParams
  readonly downsample: DownsampleParams
}

/** Parameters of {@link bottleneck}, named as torchvision's. */
export interface BottleneckParams extends BasicBlockParams {
  readonly conv3: Conv2dParams
  readonly bn3: BatchNormParams
}

/** Options of the residual blocks. */
export interface ResidualBlockOptions {
  /** Of the block, in pixels. Default 1. */
  readonly stride?: number
  /** Groups of the 3×3 convolution in a bottleneck. Default 1. */
  readonly groups?: number
  /** Channels of the 3×3 convolution in a bottleneck, per 64 of the block's and per group. Default 64. */
  readonly widthPerGroup?: number
  /** Start the last scale at 0, so that the block begins as the identity (Goyal et al., 2017, 5.1). Default false. */
  readonly zeroInitResidual?: boolean
  /** What goes past the block where it changes the shape. Default: a 1×1 convolution and a norm. */
  readonly shortcut?: (x: Tensor) => Tensor
}

/** The convolutions of residual networks: no bias, drawn by He et al., 2015, eq. 14. */
export function convolution(
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  { stride = 1, groups = 1 }: { readonly stride?: number; readonly groups?: number } = {},
): Layer<Conv2dParams> {
  return conv2d(inChannels, outChannels, kernelSize, {
    stride,
    groups,
    padding: (kernelSize - 1) / 2,
    bias: false,
    weightInit: kaimingNormal({ mode: 'fanOut' }),
  })
}

function downsampling(
  inChannels: number,
  outChannels: number,
  { stride = 1, shortcut }: ResidualBlockOptions,
): Layer<readonly [Conv2dParams, BatchNormParams]> | null {
  if ((stride === 1 && inChannels === outChannels) || shortcut !== undefined) return null
  return sequential(convolution(inChannels, outChannels, 1, { stride }), batchNorm2d(outChannels))
}

function lastScale({ zeroInitResidual = false }: ResidualBlockOptions): { readonly weightInit: Initializer } {
  return { weightInit: zeroInitResidual ? zeroInit : oneInit }
}

/** Two 3×3 convolutions and a shortcut (He et al., 2016, fig. 5 left): `inChannels` → `channels`. */
export function basicBlock(
  inChannels: number,
  channels: number,
  options: ResidualBlockOptions = {},
): Layer<BasicBlockParams> {
  const { stride = 1, shortcut = same } = options
  return module(
    {
      conv1: convolution(inChannels, channels, 3, { stride }),
      bn1: batchNorm2d(channels),
      conv2: convolution(channels, channels, 3),
      bn2: batchNorm2d(channels, lastScale(options)),
      downsample: downsampling(inChannels, channels, options),
    },
    (l, x) => {
      const branch = l.bn2(l.conv2(l.bn1(l.conv1(x)).relu()))
      return branch.add((l.downsample ?? shortcut)(x)).relu()
    },
  )
}

/**
 * 1×1, 3×3 and 1×1 convolutions and a shortcut (He et al., 2016, fig. 5 right): `inChannels` → `4 · channels`. The stride
 * is the 3×3 convolution's, as in torchvision.
 */
export function bottleneck(
  inChannels: number,
  channels: number,
  options: ResidualBlockOptions = {},
): Layer<BottleneckParams> {
  const { stride = 1, groups = 1, widthPerGroup = 64, shortcut = same } = options
  const width = Math.floor((channels * widthPerGroup) / 64) * groups
  const outChannels = 4 * channels
  return module(
    {
      conv1: convolution(inChannels, width, 1),
      bn1: batchNorm2d(width),
      conv2: convolution(width, width, 3, { stride, groups }),
      bn2: batchNorm2d(width),
      conv3: convolution(width, outChannels, 1),
      bn3: batchNorm2d(outChannels, lastScale(options)),
      downsample: downsampling(inChannels, outChannels, options),
    },
    (l, x) => {
      const y = l.bn2(l.conv2(l.bn1(l.conv1(x)).relu())).relu()
      return l
        .bn3(l.conv3(y))
        .add((l.downsample ?? shortcut)(x))
        .relu()
    },
  )
}

function same(x: Tensor): Tensor {
  return x
}
