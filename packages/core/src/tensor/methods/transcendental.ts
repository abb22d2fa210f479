import { exp2, log2 } from '../../functions/powers.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { cos, erf, exp, expm1, log, log1p, sin, tanh } from '../../ops/transcendental.ts'
import { install } from './install.ts'

/** Exponentials, logarithms and waves, element by element. Integers become `f32`. */
export interface TranscendentalMethods {
  /** `e` to this power. */
  exp(): Tensor
  /** 2 to this power. */
  exp2(): Tensor
  /** `eˣ - 1`, exact for small `x`. */
  expm1(): Tensor
  /** The natural logarithm: -∞ at 0, NaN below. */
  log(): Tensor
  /** The logarithm to base 2. */
  log2(): Tensor
  /** `log(1 + x)`, exact for small `x`. */
  log1p(): Tensor
  /** The sine, in radians. */
  sin(): Tensor
  /** The cosine, in radians. */
  cos(): Tensor
  /** The hyperbolic tangent. */
  tanh(): Tensor
  /** The error function. */
  erf(): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends TranscendentalMethods {}
}

install<TranscendentalMethods>({
  exp() {
    return exp(this)
  },
  exp2() {
    return exp2(this)
  },
  expm1() {
    return expm1(this)
  },
  log() {
    return log(this)
  },
  log2() {
    return log2(this)
  },
  log1p() {
    return log1p(this)
  },
  sin() {
    return sin(this)
  },
  cos() {
    return cos(this)
  },
  tanh() {
    return tanh(this)
  },
  erf() {
    return erf(this)
  },
})
