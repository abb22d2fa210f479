import { type ClipOptions, clip } from '../../functions/clip.ts'
import { reciprocal, rsqrt, square } from '../../functions/powers.ts'
import { ceil, floorDivide, round, trunc } from '../../functions/rounding.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { abs, div, floor, mul, neg, remainder, sign, sub } from '../../ops/arithmetic.ts'
import type { TensorLike } from '../../ops/define.ts'
import { add } from '../../ops/elementwise.ts'
import { maximum, minimum } from '../../ops/maximum.ts'
import { pow, sqrt } from '../../ops/transcendental.ts'
import { install } from './install.ts'

/** Arithmetic, element by element, with NumPy broadcasting. */
export interface ArithmeticMethods {
  /** `this + other`. `i32` wraps. */
  add(other: TensorLike): Tensor
  /** `this - other`. `i32` wraps. */
  sub(other: TensorLike): Tensor
  /** `this · other`. `i32` wraps. */
  mul(other: TensorLike): Tensor
  /** `this / other`; integers become `f32`. */
  div(other: TensorLike): Tensor
  /** `this` to the power of `exponent`; integers become `f32`. */
  pow(exponent: TensorLike): Tensor
  /** The remainder of `this / divisor`, with the sign of the divisor. */
  remainder(divisor: TensorLike): Tensor
  /** `⌊this / divisor⌋`, exact for `i32`. Its gradient is 0. */
  floorDivide(divisor: TensorLike): Tensor
  /** The larger of both; at a tie each gets half of the gradient. */
  maximum(other: TensorLike): Tensor
  /** The smaller of both; at a tie each gets half of the gradient. */
  minimum(other: TensorLike): Tensor
  /** Kept between `min` and `max`. The gradient passes inside, the bounds included. */
  clip(options: ClipOptions): Tensor
  /** `-this`. */
  neg(): Tensor
  /** The magnitude. At 0 the gradient is 0. */
  abs(): Tensor
  /** -1, 0 or 1. Its gradient is 0. */
  sign(): Tensor
  /** `this²`. */
  square(): Tensor
  /** The square root: NaN below 0; at 0 the gradient is ∞. */
  sqrt(): Tensor
  /** `1 / √this`. */
  rsqrt(): Tensor
  /** `1 / this`. */
  reciprocal(): Tensor
  /** The largest whole number not above. Its gradient is 0. */
  floor(): Tensor
  /** The smallest whole number not below. Its gradient is 0. */
  ceil(): Tensor
  /** The nearest whole number, halves to the even one. Its gradient is 0. */
  round(): Tensor
  /** Without the fraction, rounded toward 0. Its gradient is 0. */
  trunc(): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends ArithmeticMethods {}
}

install<ArithmeticMethods>({
  add(other) {
    return add(this, other)
  },
  sub(other) {
    return sub(this, other)
  },
  mul(other) {
    return mul(this, other)
  },
  div(other) {
    return div(this, other)
  },
  pow(exponent) {
    return pow(this, exponent)
  },
  remainder(divisor) {
    return remainder(this, divisor)
  },
  floorDivide(divisor) {
    return floorDivide(this, divisor)
  },
  maximum(other) {
    return maximum(this, other)
  },
  minimum(other) {
    return minimum(this, other)
  },
  clip(options) {
    return clip(this, options)
  },
  neg() {
    return neg(this)
  },
  abs() {
    return abs(this)
  },
  sign() {
    return sign(this)
  },
  square() {
    return square(this)
  },
  sqrt() {
    return sqrt(this)
  },
  rsqrt() {
    return rsqrt(this)
  },
  reciprocal() {
    return reciprocal(this)
  },
  floor() {
    return floor(this)
  },
  ceil() {
    return ceil(this)
  },
  round() {
    return round(this)
  },
  trunc() {
    return trunc(this)
  },
})
