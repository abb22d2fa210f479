import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul, neg } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { where } from '../ops/select.ts'
import { checkReal, drawFolded, type RealDType } from './draw.ts'
import { normalQuantile } from './normal-quantile.ts'

/** The place, scale and dtype of normal numbers. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number
  /** The standard deviation, at least 0. Default 1. */
  readonly std?: number
  /** Default `f32`. */
  readonly dtype?: RealDType
}

/**
 * Normal numbers: the quantile function of a number uniform in (0, 1), out to 6.3 standard deviations (8.2 in `f64`).
 * The same key with a longer shape starts, in row-major order, with the same numbers.
 *
 * Composed of operations that IEEE-754 rounds correctly (+ - * / and sqrt), with no `log`, `sin` or `exp` among them:
 * the bits are the same on every backend that rounds those so and does not contract a product and a sum to one
 * fused multiply-add.
 *
 * @throws OpError when `key` is not a key, `shape` no shape, the mean not finite, or `std` negative or not finite.
 */
export function normal(key: Tensor, shape: Shape, options: NormalOptions = {}): Tensor {
  const { mean = 0, std = 1, dtype = 'f32' } = options
  checkScale('normal', mean, std)
  const { distance, upper, least } = drawFolded('normal', key, shape, checkReal('normal', dtype))
  const z = normalQuantile(distance, least)
  return placed(where(upper, z, neg(z)), mean, std)
}

/** Refuses a mean or standard deviation that is no number. */
export function checkScale(op: string, mean: number, std: number): void {
  if (!Number.isFinite(mean) || !(std >= 0 && Number.isFinite(std))) {
    throw new OpError(
      op,
      `needs a finite mean and a std of at least 0, got ${String(mean)} and ${String(std)}`,
    )
  }
}

/** `z · std + mean`. */
export function placed(z: Tensor, mean: number, std: number): Tensor {
  const scaled = std === 1 ? z : mul(z, std)
  return mean === 0 ? scaled : add(scaled, mean)
}
