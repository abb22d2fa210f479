import type { Tensor } from '../graph/tensor.ts'
import { div, mul, sub } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { scalarLike } from '../ops/leaves.ts'
import { sqrt } from '../ops/transcendental.ts'

// Logarithms composed of + - * / and sqrt alone. IEEE-754 rounds those correctly, so their bits are the same on every
// backend that does; `log` itself may differ from one to the next in the last bit.

/**
 * `-log x` for `x` from `least` to 2, within about 2⁻¹⁹ in `f32` and 2⁻⁴⁷ in `f64`.
 *
 * Square roots bring `x` near 1, where `log x = 2 artanh((x - 1) / (x + 1))` converges fast, and
 * `log x = 2ⁿ log x^(1/2ⁿ)`.
 */
export function negLog(x: Tensor, least: number): Tensor {
  let root = x
  let factor = 2
  for (let smallest = least; smallest < 0.45; smallest = Math.sqrt(smallest)) {
    root = sqrt(root)
    factor *= 2
  }
  return mul(artanh(div(sub(1, root), add(1, root))), factor)
}

/** `-log(1 - x)` for `x` from 0 to 1/2, to the last few bits also where `x` is tiny: `2 artanh(x / (2 - x))`. */
export function negLog1m(x: Tensor): Tensor {
  return mul(artanh(div(x, sub(2, x))), 2)
}

/** The inverse hyperbolic tangent by its series `x + x³/3 + x⁵/5 + …`, for `|x| ≤ 0.38`. */
function artanh(x: Tensor): Tensor {
  const square = mul(x, x)
  const terms = x.dtype === 'f32' ? 7 : 17
  return mul(
    x,
    polynomial(
      square,
      Array.from({ length: terms }, (_, k) => 1 / (2 * k + 1)),
    ),
  )
}

/** `c₀ + c₁ x + c₂ x² + …` by Horner's rule. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  const [highest = 0, ...lower] = coefficients.toReversed()
  let total = scalarLike(x, highest)
  for (const c of lower) total = add(mul(total, x), c)
  return total
}
