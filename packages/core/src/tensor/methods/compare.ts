import {
  allClose,
  type CloseOptions,
  elementIsFinite,
  elementIsNaN,
  ge,
  gt,
  isClose,
  ne,
} from '../../functions/compare.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { eq, le, logicalAnd, logicalNot, logicalOr, lt } from '../../ops/compare.ts'
import type { TensorLike } from '../../ops/define.ts'
import { where } from '../../ops/select.ts'
import { install } from './install.ts'

/** Comparisons and logic, element by element, as `bool`. */
export interface CompareMethods {
  /** Where `this = other`. NaN equals nothing. */
  eq(other: TensorLike): Tensor
  /** Where `this ≠ other`. NaN differs from everything. */
  ne(other: TensorLike): Tensor
  /** Where `this < other`. */
  lt(other: TensorLike): Tensor
  /** Where `this ≤ other`. */
  le(other: TensorLike): Tensor
  /** Where `this > other`. */
  gt(other: TensorLike): Tensor
  /** Where `this ≥ other`. */
  ge(other: TensorLike): Tensor
  /** Where both are true; on `bool`. */
  logicalAnd(other: TensorLike): Tensor
  /** Where either is true; on `bool`. */
  logicalOr(other: TensorLike): Tensor
  /** Where this is false; on `bool`. */
  logicalNot(): Tensor
  /** This where `condition` holds, else `other`. */
  where(condition: Tensor, other: TensorLike): Tensor
  /** Where this is NaN. */
  isNaN(): Tensor
  /** Where this is a number and not ±∞. */
  isFinite(): Tensor
  /** Where `|this - other| ≤ atol + rtol · |other|`. */
  isClose(other: TensorLike, options?: CloseOptions): Tensor
  /** Whether all elements are close, as a `bool` scalar. */
  allClose(other: TensorLike, options?: CloseOptions): Tensor
}

declare module '../../graph/tensor.ts' {
  interface Tensor extends CompareMethods {}
}

install<CompareMethods>({
  eq(other) {
    return eq(this, other)
  },
  ne(other) {
    return ne(this, other)
  },
  lt(other) {
    return lt(this, other)
  },
  le(other) {
    return le(this, other)
  },
  gt(other) {
    return gt(this, other)
  },
  ge(other) {
    return ge(this, other)
  },
  logicalAnd(other) {
    return logicalAnd(this, other)
  },
  logicalOr(other) {
    return logicalOr(this, other)
  },
  logicalNot() {
    return logicalNot(this)
  },
  where(condition, other) {
    return where(condition, this, other)
  },
  isNaN() {
    return elementIsNaN(this)
  },
  isFinite() {
    return elementIsFinite(this)
  },
  isClose(other, options) {
    return isClose(this, other, options)
  },
  allClose(other, options) {
    return allClose(this, other, options)
  },
})
