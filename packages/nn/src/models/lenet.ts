import { maxPool2d, OpError } from '@samkit/core'
import type { Layer } from '../layer.ts'
import { type Conv2dParams, conv2d } from '../layers/conv2d.ts'
import { type LinearParams, linear } from '../layers/linear.ts'
import { module } from '../module.ts'

/** What images a LeNet sees and how many classes it tells apart. */
export interface LenetOptions {
  /** Channels of the images. Default 1. */
  readonly channels?: number
  /** Height and width of the images, in pixels, at least 12. Default 28. */
  readonly imageSize?: number
  /** Number of classes. Default 10. */
  readonly classes?: number
}

/** Parameters of {@link lenet}. */
export interface LenetParams {
  readonly conv1: Conv2dParams
  readonly conv2: Conv2dParams
  readonly fc1: LinearParams
  readonly fc2: LinearParams
  readonly fc3: LinearParams
}

/**
 * LeNet-5 (LeCun et al., 1998) as it is taught today, with ReLU and max pooling: two convolutions and three linear layers,
 * `[N, C, H, W] → [N, classes]` logits. 61,706 parameters on 28×28 grey images.
 *
 * @throws OpError when the image is too small for its two convolutions and poolings.
 */
export function lenet({ channels = 1, imageSize = 28, classes = 10 }: LenetOptions = {}): Layer<LenetParams> {
  if (!Number.isInteger(imageSize) || imageSize < 12) {
    throw new OpError('lenet', `needs images of at least 12 by 12 pixels, got ${imageSize}`)
  }
  const pooled = Math.floor((Math.floor(imageSize / 2) - 4) / 2)
  return module(
    {
      conv1: conv2d(channels, 6, 5, { padding: 2 }),
      conv2: conv2d(6, 16, 5),
      fc1: linear(16 * pooled * pooled, 120),
      fc2: linear(120, 84),
      fc3: linear(84, classes),
    },
    (l, images) => {
      let x = maxPool2d(l.conv1(images).relu(), { kernelSize: 2 })
      x = maxPool2d(l.conv2(x).relu(), { kernelSize: 2 })
      x = x.flatten({ startAxis: 1 })
      return l.fc3(l.fc2(l.fc1(x).relu()).relu())
    },
  )
}
