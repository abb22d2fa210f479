import { OpError, type Tensor } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { type BatchNormParams, batchNorm2d } from '../layers/batch-norm.ts'
import type { Conv2dParams } from '../layers/conv2d.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { module } from '../module.ts'
import { type BasicBlockParams, basicBlock, convolution } from './residual-block.ts'
import { stage } from './resnet.ts'

/** Parameters of {@link cifarResnet}, named in torchvision's way. */
export interface CifarResnetParams {
  readonly conv1: Conv2dParams
  readonly bn1: BatchNormParams
  readonly layer1: readonly BasicBlockParams[]
  readonly layer2: readonly BasicBlockParams[]
  readonly layer3: readonly BasicBlockParams[]
  readonly fc: LinearParams
}

/** Options of {@link cifarResnet}. */
export interface CifarResnetOptions {
  /** Channels of the images. Default 3. */
  readonly channels?: number
  /** Number of classes. Default 10. */
  readonly classes?: number
  /**
   * What goes past a block that halves the image. `pad` (default, the paper's option A): every other pixel, with channels
   * of zeros on both sides. `projection` (option B): a 1×1 convolution and a norm.
   */
  readonly shortcut?: 'pad' | 'projection'
  /** Start the last scale of each block at 0, so that it begins as the identity. Default false. */
  readonly zeroInitResidual?: boolean
}

/**
 * The residual network for small images of He et al., 2016, section 4.2: three stages of 16, 32 and 64 channels with
 * `depth = 6n + 2` layers. Images `[N, channels, H, W]` → logits `[N, classes]`.
 *
 * @throws OpError when the depth is not 6n + 2.
 */
export function cifarResnet(
  depth: number,
  { channels = 3, classes = 10, shortcut = 'pad', ...ofBlock }: CifarResnetOptions = {},
): Layer<CifarResnetParams> {
  const n = (depth - 2) / 6
  if (!Number.isInteger(n) || n < 1) {
    throw new OpError('cifarResnet', `the depth must be 6n + 2, such as 20 or 56, got ${depth}`)
  }
  const layer = (inChannels: number, width: number): Layer<readonly BasicBlockParams[]> =>
    stage(n, (index) => {
      if (index > 0 || inChannels === width) return basicBlock(width, width, ofBlock)
      const past = shortcut === 'pad' ? { shortcut: padded(width - inChannels) } : {}
      return basicBlock(inChannels, width, { ...ofBlock, stride: 2, ...past })
    })
  return module(
    {
      conv1: convolution(channels, 16, 3),
      bn1: batchNorm2d(16),
      layer1: layer(16, 16),
      layer2: layer(16, 32),
      layer3: layer(32, 64),
      fc: linear(64, classes),
    },
    (l, images) => {
      const x = l.bn1(l.conv1(images)).relu()
      return l.fc(l.layer3(l.layer2(l.layer1(x))).mean({ axis: [2, 3] }))
    },
  )
}

/** Every other pixel, with half of `more` channels of zeros before and half after. */
function padded(more: number): (x: Tensor) => Tensor {
  return (x) =>
    x.at(null, null, [null, null, 2], [null, null, 2]).pad([
      [more / 2, more / 2],
      [0, 0],
      [0, 0],
    ])
}

/** ResNet-20 for CIFAR (He et al., 2016, table 6). 269,722 parameters. */
export function resnet20(options: CifarResnetOptions = {}): Layer<CifarResnetParams> {
  return cifarResnet(20, options)
}

/** ResNet-32 for CIFAR (He et al., 2016, table 6). 464,154 parameters. */
export function resnet32(options: CifarResnetOptions = {}): Layer<CifarResnetParams> {
  return cifarResnet(32, options)
}

/** ResNet-44 for CIFAR (He et al., 2016, table 6). 658,586 parameters. */
export function resnet44(options: CifarResnetOptions = {}): Layer<CifarResnetParams> {
  return cifarResnet(44, options)
}

/** ResNet-56 for CIFAR (He et al., 2016, table 6). 853,018 parameters. */
export function resnet56(options: CifarResnetOptions = {}): Layer<CifarResnetParams> {
  return cifarResnet(56, options)
}

/** ResNet-110 for CIFAR (He et al., 2016, table 6). 1,727,962 parameters. */
export function resnet110(options: CifarResnetOptions = {}): Layer<CifarResnetParams> {
  return cifarResnet(110, options)
}
