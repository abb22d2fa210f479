import type { Tensor } from '../graph/tensor.ts'
import { div, mul, sub } from '../ops/arithmetic.ts'
import { le } from '../ops/compare.ts'
import { where } from '../ops/select.ts'
import { sqrt } from '../ops/transcendental.ts'
import type { RealDType } from './draw.ts'
import { negLog, polynomial } from './exact-log.ts'

/** A quotient of polynomials, coefficients from the constant term up. */
interface Rational {
  readonly over: readonly number[]
  readonly under: readonly number[]
}

interface Approximation {
  /** In `0.180625 - q²`, for `q = 1/2 - p` up to 0.425. */
  readonly centre: Rational
  /** In `√(-log p) - 1.6`, up to 5 before the shift. */
  readonly tail: Rational
  /** In `√(-log p) - 5`, beyond. */
  readonly farTail: Rational
}

/** Wichura's PPND7, good to 1 part in 10⁷. */
const single: Approximation = {
  centre: {
    over: [3.3871327179, 50.434271938, 159.29113202, 59.10937472],
    under: [1, 17.895169469, 78.757757664, 67.1875636],
  },
  tail: {
    over: [1.4234372777, 2.75681539, 1.3067284816, 0.17023821103],
    under: [1, 0.7370016425, 0.12021132975],
  },
  farTail: {
    over: [6.657905115, 3.081226386, 0.42868294337, 0.017337203997],
    under: [1, 0.24197894225, 0.012258202635],
  },
}

/** Wichura's PPND16, good to 1 part in 10¹⁶; the coefficients as doubles hold them. */
const double: Approximation = {
  centre: {
    over: [
      3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
      67265.7709270087, 33430.57558358813, 2509.0809287301227,
    ],
    under: [
      1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
      28729.085735721943, 5226.495278852546,
    ],
  },
  tail: {
    over: [
      1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
      0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
    ],
    under: [
      1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
      0.0005475938084995345, 1.0507500716444169e-9,
    ],
  },
  farTail: {
    over: [
      6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
      0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
    ],
    under: [
      1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
      1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
    ],
  },
}

const approximations: Readonly<Record<RealDType, Approximation>> = { f32: single, f64: double }

/** e⁻²⁵: where `√(-log p)` is 5. */
const farTailFrom = 1.3887943864964021e-11

/**
 * The standard normal quantile: `z` with P(Z > z) = `p`, for `p` from `least` to 1/2, hence `z` of at least 0.
 * Within 1 part in 10⁶ in `f32` (10¹⁵ in `f64`), and composed of + - * / and sqrt, comparisons and choices alone.
 *
 * M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988).
 */
export function normalQuantile(p: Tensor, least: number): Tensor {
  const { centre, tail, farTail } = approximations[p.dtype === 'f64' ? 'f64' : 'f32']
  const q = sub(0.5, p)
  const central = mul(q, quotient(sub(0.180625, mul(q, q)), centre))
  const r = sqrt(negLog(p, least))
  const near = quotient(sub(r, 1.6), tail)
  const outer = least < farTailFrom ? where(le(r, 5), near, quotient(sub(r, 5), farTail)) : near
  return where(le(q, 0.425), central, outer)
}

function quotient(x: Tensor, { over, under }: Rational): Tensor {
  return div(polynomial(x, over), polynomial(x, under))
}
