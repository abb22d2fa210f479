import * as nn from '@samkit/nn'
import { Failure } from '../errors.ts'

/** What a model is built for: images `[N, channels, height, width]` in `classes` classes. */
export interface ModelInput {
  readonly channels: number
  readonly height: number
  readonly width: number
  readonly classes: number
}

/** A model that can be named on the command line. */
export interface ModelEntry {
  /** Its name in prose. */
  readonly title: string
  /** One line for `--help`. */
  readonly summary: string
  create(input: ModelInput): nn.Layer<unknown>
}

/** A residual network for small images, at any size. */
function cifarResnet(depth: number): ModelEntry {
  return {
    title: `ResNet-${depth}`,
    summary: `residual network for small images, ${depth} layers of 16 to 64 channels`,
    create: ({ channels, classes }) => nn.cifarResnet(depth, { channels, classes }),
  }
}

/** A residual network for ImageNet, without its first reductions where images are small. */
function resnet(
  depth: number,
  block: string,
  make: (options: nn.ResnetOptions) => nn.Layer<unknown>,
): ModelEntry {
  return {
    title: `ResNet-${depth}`,
    summary: `${block} blocks; below 64 pixels a 3×3 stem without pooling`,
    create: ({ channels, height, width, classes }) =>
      make({ channels, classes, stem: Math.min(height, width) < 64 ? 'cifar' : 'imagenet' }),
  }
}

function wideResnet(depth: number, times: number): ModelEntry {
  return {
    title: `WRN-${depth}-${times}`,
    summary: `wide residual network, ${depth} layers, ${times} times as wide`,
    create: ({ channels, classes }) => nn.wideResnet({ depth, width: times, channels, classes }),
  }
}

function vit(title: string, size: string, make: (options: nn.VitOptions) => nn.Layer<unknown>): ModelEntry {
  return {
    title,
    summary: `vision transformer, ${size}`,
    create: ({ channels, height, width, classes }) =>
      make({ channels, classes, imageSize: [height, width], patchSize: patchSize(height, width) }),
  }
}

/** The side of a patch: 16 for images of 112 pixels or more, 8 from 56 on, else 4; or the next below that tiles the image. */
export function patchSize(height: number, width: number): number {
  const side = Math.min(height, width)
  let patch = side >= 112 ? 16 : side >= 56 ? 8 : 4
  while (height % patch !== 0 || width % patch !== 0) patch -= 1
  return patch
}

/** What `--model` accepts. A new model is one entry here. */
export const models: Readonly<Record<string, ModelEntry>> = {
  lenet: {
    title: 'LeNet',
    summary: 'LeNet-5 with ReLU and max pooling',
    create: ({ channels, height, width, classes }) => {
      if (height !== width) throw new Failure(`lenet needs square images, these are ${height} by ${width}`)
      return nn.lenet({ channels, imageSize: height, classes })
    },
  },
  mlp: {
    title: 'MLP',
    summary: 'two hidden layers of 128 and 64 with ReLU',
    create: ({ channels, height, width, classes }) => nn.mlp([channels * height * width, 128, 64, classes]),
  },
  resnet20: cifarResnet(20),
  resnet32: cifarResnet(32),
  resnet44: cifarResnet(44),
  resnet56: cifarResnet(56),
  resnet110: cifarResnet(110),
  resnet18: resnet(18, '8 basic', nn.resnet18),
  resnet34: resnet(34, '16 basic', nn.resnet34),
  resnet50: resnet(50, '16 bottleneck', nn.resnet50),
  resnet101: resnet(101, '33 bottleneck', nn.resnet101),
  resnet152: resnet(152, '50 bottleneck', nn.resnet152),
  'wrn-16-4': wideResnet(16, 4),
  'wrn-28-10': wideResnet(28, 10),
  'vit-tiny-cifar': vit('ViT-Ti/CIFAR', '192 wide, 6 blocks, 3 heads', nn.vitTinyCifar),
  'vit-small-cifar': vit('ViT-S/CIFAR', '384 wide, 6 blocks, 6 heads', nn.vitSmallCifar),
  'vit-ti': vit('ViT-Ti', '192 wide, 12 blocks, 3 heads', nn.vitTiny),
  'vit-s': vit('ViT-S', '384 wide, 12 blocks, 6 heads', nn.vitSmall),
  'vit-b': vit('ViT-B', '768 wide, 12 blocks, 12 heads', nn.vitBase),
  'vit-l': vit('ViT-L', '1024 wide, 24 blocks, 16 heads', nn.vitLarge),
}
