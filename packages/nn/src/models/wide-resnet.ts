import { OpError } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { type BatchNormParams, batchNorm2d } from '../layers/batch-norm.ts'
import type { Conv2dParams } from '../layers/conv2d.ts'
import { dropout } from '../layers/dropout.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { module } from '../module.ts'
import { convolution } from './residual-block.ts'
import { stage } from './resnet.ts'

/** Parameters of a block of {@link wideResnet}: each norm comes before its convolution. */
export interface WideBlockParams {
  readonly bn1: BatchNormParams
  readonly conv1: Conv2dParams
  readonly bn2: BatchNormParams
  readonly conv2: Conv2dParams
  /** The 1×1 convolution past a block that changes the shape, or null. */
  readonly shortcut: Conv2dParams | null
}

/** Parameters of {@link wideResnet}. */
export interface WideResnetParams {
  readonly conv1: Conv2dParams
  readonly layer1: readonly WideBlockParams[]
  readonly layer2: readonly WideBlockParams[]
  readonly layer3: readonly WideBlockParams[]
  readonly bn1: BatchNormParams
  readonly fc: LinearParams
}

/** Options of {@link wideResnet}. */
export interface WideResnetOptions {
  /** Number of layers, 6n + 4. Default 28. */
  readonly depth?: number
  /** How many times wider than a ResNet. Default 10. */
  readonly width?: number
  /** Channels of the images. Default 3. */
  readonly channels?: number
  /** Number of classes. Default 10. */
  readonly classes?: number
  /** Dropout rate between a block's convolutions, in [0, 1). Default 0; the paper also uses 0.3. */
  readonly dropout?: number
}

/**
 * A wide residual network (Zagoruyko and Komodakis, 2016), WRN-28-10 by default with 36,479,194 parameters: images
 * `[N, channels, H, W]` → logits `[N, classes]`. Norm and ReLU come before each convolution; where the shape changes, the
 * shortcut starts after the first norm and ReLU.
 *
 * @throws OpError when the depth is not 6n + 4.
 */
export function wideResnet({
  depth = 28,
  width = 10,
  channels = 3,
  classes = 10,
  dropout: rate = 0,
}: WideResnetOptions = {}): Layer<WideResnetParams> {
  const n = (depth - 4) / 6
  if (!Number.isInteger(n) || n < 1) {
    throw new OpError('wideResnet', `the depth must be 6n + 4, such as 16 or 28, got ${depth}`)
  }
  const layer = (
    inChannels: number,
    outChannels: number,
    stride: number,
  ): Layer<readonly WideBlockParams[]> =>
    stage(n, (index) =>
      index === 0
        ? wideBlock(inChannels, outChannels, stride, rate)
        : wideBlock(outChannels, outChannels, 1, rate),
    )
  return module(
    {
      conv1: convolution(channels, 16, 3),
      layer1: layer(16, 16 * width, 1),
      layer2: layer(16 * width, 32 * width, 2),
      layer3: layer(32 * width, 64 * width, 2),
      bn1: batchNorm2d(64 * width),
      fc: linear(64 * width, classes),
    },
    (l, images) => {
      const x = l.layer3(l.layer2(l.layer1(l.conv1(images))))
      return l.fc(
        l
          .bn1(x)
          .relu()
          .mean({ axis: [2, 3] }),
      )
    },
  )
}

function wideBlock(
  inChannels: number,
  outChannels: number,
  stride: number,
  rate: number,
): Layer<WideBlockParams> {
  const changes = inChannels !== outChannels || stride !== 1
  return module(
    {
      bn1: batchNorm2d(inChannels),
      conv1: convolution(inChannels, outChannels, 3, { stride }),
      bn2: batchNorm2d(outChannels),
      drop: dropout(rate),
      conv2: convolution(outChannels, outChannels, 3),
      shortcut: changes ? convolution(inChannels, outChannels, 1, { stride }) : null,
    },
    (l, x) => {
      const active = l.bn1(x).relu()
      const branch = l.conv2(l.drop(l.bn2(l.conv1(active)).relu()))
      return branch.add(l.shortcut === null ? x : l.shortcut(active))
    },
  )
}
