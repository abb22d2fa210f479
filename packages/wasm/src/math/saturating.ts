import { f32x4, type Vector, v128 } from '../assembler/index.ts'
import { horner, type MathCode, signOf, type VectorFunction } from './arithmetic.ts'

// Both are odd and flat beyond a few units: x P(x²) / Q(x²) up to where the result rounds to 1. P and Q by least squares on the
// linearised error (Sanathanan and Koerner, 1963), reweighted toward its largest values (Lawson, 1961) until those are
// level; relative to the result within 2^-25. All coefficients are positive: nothing cancels.
const tanhTop = [1, 0.13381025195121765, 0.0034955882001668215, 2.0609082639566623e-5, 1.3354662264930539e-8]
const tanhBottom = [1, 0.4671434164047241, 0.025876982137560844, 0.0003285634738858789, 7.776558845762338e-7]
const erfTop = [
  1.1283791065216064, 0.19155125319957733, 0.0528755746781826, 0.0038082015234977007, 0.0002846886054612696,
  2.0259008124412503e-6,
]
const erfBottom = [
  1, 0.5030905604362488, 0.11456001549959183, 0.015055171214044094, 0.001170735340565443,
  3.783177089644596e-5,
]

function odd(
  math: MathCode,
  x: Vector,
  top: readonly number[],
  bottom: readonly number[],
  end: number,
): Vector {
  const { code, float } = math
  // NaN comes through pmin.
  const size = code.let(f32x4.pmin(f32x4.abs(x), float(end)))
  const square = code.let(f32x4.mul(size, size))
  const slope = f32x4.div(horner(math, square, top), horner(math, square, bottom))
  return v128.or(f32x4.pmin(f32x4.mul(size, slope), float(1)), signOf(math, x))
}

/** The hyperbolic tangent, within 5 ULP and never beyond ±1. */
export const tanh: VectorFunction = (math, x) => odd(math, x, tanhTop, tanhBottom, 9)

/** The error function, within 6 ULP and never beyond ±1. */
export const erf: VectorFunction = (math, x) => odd(math, x, erfTop, erfBottom, 3.95)
