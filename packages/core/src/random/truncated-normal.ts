import type { Shape } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul, neg, sub } from '../ops/arithmetic.ts'
import { lt } from '../ops/compare.ts'
import { add } from '../ops/elementwise.ts'
import { maximum, minimum } from '../ops/maximum.ts'
import { where } from '../ops/select.ts'
import { checkReal, drawFolded } from './draw.ts'
import { checkScale, type NormalOptions, placed } from './normal.ts'
import { normalMass, upperMass } from './normal-mass.ts'
import { normalQuantile } from './normal-quantile.ts'

/** The window, place, scale and dtype of truncated normal numbers. */
export interface TruncatedNormalOptions extends NormalOptions {
  /** Where the window begins, in standard deviations from the mean; may be -Infinity. Default -2. */
  readonly low?: number
  /** Where the window ends, in standard deviations from the mean; may be Infinity. Default 2. */
  readonly high?: number
}

/**
 * Normal numbers given that they fall between `mean + low · std` and `mean + high · std`, both included. `mean` and
 * `std` are those of the normal before it is cut: with the default window the numbers drawn have a standard deviation
 * of 0.88 `std`. Bits agree between backends as those of {@link normal} do.
 *
 * @throws OpError as `normal` does, when `low` is not below `high`, and when the window is so far out or so narrow
 * that it holds less than 2⁻⁸⁰ of all normal numbers (beyond 10.2 standard deviations).
 */
export function truncatedNormal(key: Tensor, shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const { low = -2, high = 2, mean = 0, std = 1, dtype = 'f32' } = options
  checkScale('truncatedNormal', mean, std)
  if (!(low < high)) {
    throw new OpError('truncatedNormal', `needs low below high, got ${String(low)} and ${String(high)}`)
  }
  const mass = normalMass(low, high)
  if (mass < 2 ** -80) {
    throw new OpError(
      'truncatedNormal',
      `between ${low} and ${high} standard deviations lie less than 2^-80 of all normal numbers: too few to draw from`,
    )
  }
  const folded = drawFolded('truncatedNormal', key, shape, checkReal('truncatedNormal', dtype))
  const { distance, upper } = folded
  // Mass below and above the number drawn, each summed from its own end so that neither loses its small values.
  const fromHigh = sub(1, distance)
  const below = add(mul(where(upper, fromHigh, distance), mass), upperMass(-low))
  const above = add(mul(where(upper, distance, fromHigh), mass), upperMass(high))
  const least = Math.min(upperMass(-low), upperMass(high)) + mass * folded.least
  const z = normalQuantile(minimum(below, above), least)
  return placed(clipped(where(lt(above, below), z, neg(z)), low, high), mean, std)
}

/** Rounding may step over an edge by a bit. */
function clipped(z: Tensor, low: number, high: number): Tensor {
  const fromBelow = low === -Infinity ? z : maximum(z, low)
  return high === Infinity ? fromBelow : minimum(fromBelow, high)
}
