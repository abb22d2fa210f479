import {
  full,
  normal,
  OpError,
  ones,
  type Shape,
  sizeOf,
  type Tensor,
  truncatedNormal,
  uniform,
  zeros,
} from '@samkit/core'

/** Draws the first values of a parameter of the given shape. */
export type Initializer = (key: Tensor, shape: Shape) => Tensor

/** How many inputs reach each output of a weight `[out, in, …]`: the fan-in of He et al., 2015. */
export function fanIn(shape: Shape): number {
  return fan(shape, 'fanIn')
}

/** How many outputs each input of a weight `[out, in, …]` reaches, in one group: the fan-out of He et al., 2015. */
export function fanOut(shape: Shape): number {
  return fan(shape, 'fanOut')
}

function fan(shape: Shape, mode: 'fanIn' | 'fanOut'): number {
  const [outputs = 0, inputs = 0, ...kernel] = shape
  if (shape.length < 2) throw new OpError('init', `a weight needs at least 2 axes, got ${shape.length}`)
  return (mode === 'fanIn' ? inputs : outputs) * sizeOf(kernel)
}

/**
 * Uniform in ±1/√fanIn: PyTorch's default for `Linear` and `Conv2d`, weight and bias alike (`kaiming_uniform_` with
 * a = √5).
 */
export function torchUniform(key: Tensor, shape: Shape, fanIn: number): Tensor {
  return uniformWithin(key, shape, fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0)
}

function uniformWithin(key: Tensor, shape: Shape, bound: number): Tensor {
  return bound === 0 ? zeros(shape) : uniform(key, shape, { low: -bound, high: bound })
}

/** All zeros. */
export const zeroInit: Initializer = (_, shape) => zeros(shape)

/** All ones. */
export const oneInit: Initializer = (_, shape) => ones(shape)

/** The same value everywhere. */
export function constantInit(value: number): Initializer {
  return (_, shape) => full(shape, value)
}

/** Normal with mean 0 and the given standard deviation. */
export function normalInit({ std }: { readonly std: number }): Initializer {
  return (key, shape) => normal(key, shape, { std })
}

/** Options of {@link truncNormal}. */
export interface TruncNormalOptions {
  /** Standard deviation of the normal before it is cut. Default 1. */
  readonly std?: number
  /** Nothing is drawn below this value. Default -2. */
  readonly low?: number
  /** Nothing is drawn above this value. Default 2. */
  readonly high?: number
}

/**
 * Normal with mean 0, cut off at `low` and `high`. As in PyTorch's `trunc_normal_` these are values, not standard
 * deviations: with the usual `std` of 0.02 and the default bounds nothing is ever cut.
 */
export function truncNormal({ std = 1, low = -2, high = 2 }: TruncNormalOptions = {}): Initializer {
  return (key, shape) => truncatedNormal(key, shape, { std, low: low / std, high: high / std })
}

/** Options of {@link kaimingNormal} and {@link kaimingUniform}. */
export interface KaimingOptions {
  /** Keep the variance of activations (`fanIn`, default) or of gradients (`fanOut`). */
  readonly mode?: 'fanIn' | 'fanOut'
  /** Slope below 0 of the (leaky) ReLU that follows; 1 for no activation. Default 0, a ReLU. */
  readonly negativeSlope?: number
}

function kaimingStd(shape: Shape, { mode = 'fanIn', negativeSlope = 0 }: KaimingOptions): number {
  const inputs = fan(shape, mode)
  return inputs === 0 ? 0 : Math.sqrt(2 / ((1 + negativeSlope ** 2) * inputs))
}

/** Normal with variance `2 / ((1 + a²) fan)` (He et al., 2015, eq. 10 and 14; eq. 15 for a slope `a`). */
export function kaimingNormal(options: KaimingOptions = {}): Initializer {
  return (key, shape) => normal(key, shape, { std: kaimingStd(shape, options) })
}

/** Uniform with the variance of {@link kaimingNormal}. */
export function kaimingUniform(options: KaimingOptions = {}): Initializer {
  return (key, shape) => uniformWithin(key, shape, Math.sqrt(3) * kaimingStd(shape, options))
}

function xavierStd(shape: Shape): number {
  const both = fanIn(shape) + fanOut(shape)
  return both === 0 ? 0 : Math.sqrt(2 / both)
}

/** Normal with variance `2 / (fanIn + fanOut)` (Glorot and Bengio, 2010). */
export const xavierNormal: Initializer = (key, shape) => normal(key, shape, { std: xavierStd(shape) })

/** Uniform in `±√(6 / (fanIn + fanOut))` (Glorot and Bengio, 2010, eq. 16). */
export const xavierUniform: Initializer = (key, shape) =>
  uniformWithin(key, shape, Math.sqrt(3) * xavierStd(shape))
