import { maxPool2d } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { type BatchNormParams, batchNorm2d } from '../layers/batch-norm.ts'
import type { Conv2dParams } from '../layers/conv2d.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { module, sequential } from '../module.ts'
import {
  type BasicBlockParams,
  type BottleneckParams,
  basicBlock,
  bottleneck,
  convolution,
  type ResidualBlockOptions,
} from './residual-block.ts'

/** Parameters of a ResNet of blocks with parameters `B`, named as torchvision's. */
export interface ResnetParams<B> {
  readonly conv1: Conv2dParams
  readonly bn1: BatchNormParams
  readonly layer1: readonly B[]
  readonly layer2: readonly B[]
  readonly layer3: readonly B[]
  readonly layer4: readonly B[]
  readonly fc: LinearParams
}

/** Options of the ResNets. */
export interface ResnetOptions {
  /** Channels of the images. Default 3. */
  readonly channels?: number
  /** Number of classes. Default 1000. */
  readonly classes?: number
  /**
   * How it begins. `imagenet` (default): a 7×7 convolution of stride 2 and a pooling. `cifar`: a 3×3 convolution of
   * stride 1 and no pooling, for images of about 32 pixels.
   */
  readonly stem?: 'imagenet' | 'cifar'
  /** Groups of the 3×3 convolutions in bottlenecks; 32 makes a ResNeXt. Default 1. */
  readonly groups?: number
  /** Channels per group, for 64 of a block's; 128 makes torchvision's wide ResNets. Default 64. */
  readonly widthPerGroup?: number
  /** Start the last scale of each block at 0, so that it begins as the identity. Default false, as in torchvision. */
  readonly zeroInitResidual?: boolean
}

type MakeBlock<B> = (inChannels: number, channels: number, options: ResidualBlockOptions) => Layer<B>
type Depths = readonly [number, number, number, number]

/** `depth` blocks, the first of which has the stride and changes the channels. */
export function stage<B>(depth: number, block: (index: number) => Layer<B>): Layer<readonly B[]> {
  return sequential(...Array.from({ length: depth }, (_, index) => block(index)))
}

/**
 * A residual network (He et al., 2016) for images `[N, channels, H, W]`: logits `[N, classes]`. Parameters are named, laid
 * out and drawn as torchvision's.
 */
function resnet<B>(
  makeBlock: MakeBlock<B>,
  expansion: number,
  depths: Depths,
  { channels = 3, classes = 1000, stem = 'imagenet', ...ofBlock }: ResnetOptions,
): Layer<ResnetParams<B>> {
  const layer = (which: 0 | 1 | 2 | 3): Layer<readonly B[]> => {
    const width = 64 * 2 ** which
    const before = which === 0 ? 64 : (expansion * width) / 2
    return stage(depths[which], (index) => {
      const first = index === 0
      const stride = first && which > 0 ? 2 : 1
      return makeBlock(first ? before : expansion * width, width, { ...ofBlock, stride })
    })
  }
  const small = stem === 'cifar'
  return module(
    {
      conv1: convolution(channels, 64, small ? 3 : 7, { stride: small ? 1 : 2 }),
      bn1: batchNorm2d(64),
      layer1: layer(0),
      layer2: layer(1),
      layer3: layer(2),
      layer4: layer(3),
      fc: linear(expansion * 512, classes),
    },
    (l, images) => {
      const x = l.bn1(l.conv1(images)).relu()
      const pooled = small ? x : maxPool2d(x, { kernelSize: 3, stride: 2, padding: 1 })
      return l.fc(l.layer4(l.layer3(l.layer2(l.layer1(pooled)))).mean({ axis: [2, 3] }))
    },
  )
}

const basic = (depths: Depths, options: ResnetOptions): Layer<ResnetParams<BasicBlockParams>> =>
  resnet(basicBlock, 1, depths, options)
const deep = (depths: Depths, options: ResnetOptions): Layer<ResnetParams<BottleneckParams>> =>
  resnet(bottleneck, 4, depths, options)

/** ResNet-18 (He et al., 2016, table 1). 11,689,512 parameters for 1000 classes. */
export function resnet18(options: ResnetOptions = {}): Layer<ResnetParams<BasicBlockParams>> {
  return basic([2, 2, 2, 2], options)
}

/** ResNet-34 (He et al., 2016, table 1). 21,797,672 parameters for 1000 classes. */
export function resnet34(options: ResnetOptions = {}): Layer<ResnetParams<BasicBlockParams>> {
  return basic([3, 4, 6, 3], options)
}

/** ResNet-50 (He et al., 2016, table 1). 25,557,032 parameters for 1000 classes. */
export function resnet50(options: ResnetOptions = {}): Layer<ResnetParams<BottleneckParams>> {
  return deep([3, 4, 6, 3], options)
}

/** ResNet-101 (He et al., 2016, table 1). 44,549,160 parameters for 1000 classes. */
export function resnet101(options: ResnetOptions = {}): Layer<ResnetParams<BottleneckParams>> {
  return deep([3, 4, 23, 3], options)
}

/** ResNet-152 (He et al., 2016, table 1). 60,192,808 parameters for 1000 classes. */
export function resnet152(options: ResnetOptions = {}): Layer<ResnetParams<BottleneckParams>> {
  return deep([3, 8, 36, 3], options)
}
