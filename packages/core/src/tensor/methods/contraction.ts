import { adaptiveAvgPool2d } from '../../functions/adaptive-pool.ts'
import {
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
} from '../../functions/conv.ts'
import { type AvgPoolOptions, avgPool2d, type MaxPoolOptions, maxPool2d } from '../../functions/pool.ts'
import { dot, outer } from '../../functions/products.ts'
import type { PerAxis } from '../../functions/spatial.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { matmul } from '../../ops/matmul.ts'
import { install } from './install.ts'

/** Products that sum: matrices, convolutions and pooling. */
export interface ContractionMethods {
  /** The matrix product over the last two axes. */
  matmul(other: Tensor): Tensor
  /** The scalar product of two vectors. */
  dot(other: Tensor): Tensor
  /** All products of an element of one vector with one of the other. */
  outer(other: Tensor): Tensor
  /** `[N, C, L]` convolved with kernels `[O, C/groups, K]`. */
  conv1d(kernel: Tensor, options?: ConvOptions): Tensor
  /** `[N, C, H, W]` convolved with kernels `[O, C/groups, kH, kW]`. */
  conv2d(kernel: Tensor, options?: ConvOptions): Tensor
  /** The transpose of `conv2d`, with kernels `[C, O/groups, kH, kW]`. */
  convTranspose2d(kernel: Tensor, options?: ConvTransposeOptions): Tensor
  /** The largest element of each window of `[N, C, H, W]`. */
  maxPool2d(options: MaxPoolOptions): Tensor
  /** The mean of each window of `[N, C, H, W]`. */
  avgPool2d(options: AvgPoolOptions): Tensor
  /** The means over a grid of `outputSize` cells laid over `[N, C, H, W]`. */
  adaptiveAvgPool2d(outputSize: PerAxis): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ContractionMethods {}
}

install<ContractionMethods>({
  matmul(other) {
    return matmul(this, other)
  },
  dot(other) {
    return dot(this, other)
  },
  outer(other) {
    return outer(this, other)
  },
  conv1d(kernel, options) {
    return conv1d(this, kernel, options)
  },
  conv2d(kernel, options) {
    return conv2d(this, kernel, options)
  },
  convTranspose2d(kernel, options) {
    return convTranspose2d(this, kernel, options)
  },
  maxPool2d(options) {
    return maxPool2d(this, options)
  },
  avgPool2d(options) {
    return avgPool2d(this, options)
  },
  adaptiveAvgPool2d(outputSize) {
    return adaptiveAvgPool2d(this, outputSize)
  },
})
