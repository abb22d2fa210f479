import {
  type EluOptions,
  elu,
  type GeluOptions,
  gelu,
  type LeakyReluOptions,
  leakyRelu,
  logSigmoid,
  relu,
  sigmoid,
  silu,
  softplus,
} from '../../functions/activations.ts'
import { logSoftmax, type SoftmaxOptions, softmax } from '../../functions/softmax.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { install } from './install.ts'

/** Activation functions, element by element. */
export interface ActivationMethods {
  /** `max(x, 0)`. At 0 the gradient is 0. */
  relu(): Tensor
  /** `x` above 0, `negativeSlope · x` below (default 0.01). */
  leakyRelu(options?: LeakyReluOptions): Tensor
  /** `x` above 0, `alpha · (eˣ - 1)` below. */
  elu(options?: EluOptions): Tensor
  /** `1 / (1 + e^(-x))`, without overflow. */
  sigmoid(): Tensor
  /** `log(sigmoid(x))`, exact also where the sigmoid is too small to store. */
  logSigmoid(): Tensor
  /** `x · sigmoid(x)`. */
  silu(): Tensor
  /** `log(1 + eˣ)`, without overflow. */
  softplus(): Tensor
  /** `x · Φ(x)`, by the error function or its `tanh` approximation. */
  gelu(options?: GeluOptions): Tensor
  /** `eˣ / Σ eˣ` along `axis` (default the last). */
  softmax(options?: SoftmaxOptions): Tensor
  /** `log(softmax(x))` along `axis` (default the last). */
  logSoftmax(options?: SoftmaxOptions): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ActivationMethods {}
}

install<ActivationMethods>({
  relu() {
    return relu(this)
  },
  leakyRelu(options) {
    return leakyRelu(this, options)
  },
  elu(options) {
    return elu(this, options)
  },
  sigmoid() {
    return sigmoid(this)
  },
  logSigmoid() {
    return logSigmoid(this)
  },
  silu() {
    return silu(this)
  },
  softplus() {
    return softplus(this)
  },
  gelu(options) {
    return gelu(this, options)
  },
  softmax(options) {
    return softmax(this, options)
  },
  logSoftmax(options) {
    return logSoftmax(this, options)
  },
})
