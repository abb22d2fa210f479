import { flattenTree, hvp, onesLike, realize, type Tensor, where } from '@samkit/core'
import { checkAtLeast, checkCount, checkMeasured } from './check.ts'
import { dot, dtypeOfAll, norm, normalVector, ofLength, plus, scalar, type Vector } from './vector.ts'
import { type Weights, weightsOf } from './weights.ts'

/** Options of {@link largestEigenvalue}. */
export interface LargestEigenvalueOptions {
  /** A random key, `i32 [2]`: the direction to begin from. */
  readonly key: Tensor
  /** The most Hessian-vector products to take. Default 100. */
  readonly iterations?: number
  /**
   * Residual to stop at, as a fraction of {@link LargestEigenvalue.radius}, above 0 and below 1. The value's own error is
   * mostly far smaller, of the order of the square. In f32, 1e-5 may be out of reach. Default 0.01.
   */
  readonly tolerance?: number
}

/** What {@link largestEigenvalue} found. */
export interface LargestEigenvalue<P> {
  /** The Rayleigh quotient `⟨v, H v⟩` of {@link vector}: the largest eigenvalue, with its sign. */
  readonly value: number
  /** `‖H v - value v‖`: some eigenvalue of the Hessian is at most this far from {@link value}. */
  readonly residual: number
  /** Whether the residual came down to the tolerance. */
  readonly converged: boolean
  /** Hessian-vector products taken. */
  readonly iterations: number
  /** The largest `‖H v‖` seen: at most the largest magnitude of an eigenvalue, and near it after some iterations. */
  readonly radius: number
  /**
   * Whether the eigenvalue of largest magnitude, near `-radius`, is a negative one. Where the magnitudes of the two ends
   * agree to about a percent, this may say false wrongly.
   */
  readonly negativeDominates: boolean
  /** The eigenvector, of length 1, in a tree like the parameters. */
  readonly vector: P
}

/**
 * The largest eigenvalue of the Hessian of `loss` at `params`, by power iteration with Hessian-vector products:
 * `v ← (H v + s v) / ‖H v + s v‖`, as in Yao, Gholami, Keutzer and Mahoney, "PyHessian: Neural networks through the
 * lens of the Hessian" (IEEE Big Data 2020), algorithm 2, where `s` is 0.
 *
 * Power iteration finds the eigenvalue of largest magnitude. Where that one is negative, or magnitudes of both signs
 * are so close that the iteration gets nowhere, it goes on with `s` so large that `H + s I` has no negative eigenvalue;
 * so `value` is the largest eigenvalue in the order of the numbers, not the largest magnitude.
 *
 * The loss is a scalar without randomness of its own: evaluate the model as for testing, on the same examples each
 * time. One plan is run per iteration, compiled once.
 *
 * @throws RangeError for options out of range, and where the loss or its derivatives are not finite.
 * @throws OpError where a parameter is no floating-point tensor, there are none, or the loss is no scalar.
 *
 * @example
 * const { value } = await largestEigenvalue((x) => x.square().sum(), tensor([1, 2, 3]), { key: key(0) })
 * value // => 2
 */
export async function largestEigenvalue<P>(
  loss: (params: P) => Tensor,
  params: P,
  { key, iterations = 100, tolerance = 0.01 }: LargestEigenvalueOptions,
): Promise<LargestEigenvalue<P>> {
  checkCount('largestEigenvalue', 'iterations', iterations)
  checkAtLeast('largestEigenvalue', 'tolerance', tolerance, 0)
  if (tolerance === 0 || tolerance >= 1) {
    throw new RangeError(`largestEigenvalue: tolerance is ${tolerance}, must be above 0 and below 1`)
  }
  const weights = await weightsOf('largestEigenvalue', params)
  const start = await begin(key, weights.leaves)
  let vector = start
  let shift = 0
  let radius = 0
  let before = 0
  for (let iteration = 1; ; iteration++) {
    const { value, residual, length, next } = await turn(loss, weights, vector, shift)
    checkMeasured('largestEigenvalue', 'the product of Hessian and vector', length)
    radius = Math.max(radius, length)
    const enough = tolerance * radius
    // An eigenvalue below -shift is the least one.
    const least = value + shift < (shift === 0 ? 0 : -enough)
    const settled = residual <= enough
    if ((settled && !least) || iteration === iterations) {
      return {
        value,
        residual,
        converged: settled && !least,
        iterations: iteration,
        radius,
        negativeDominates: value < 0 || (shift > 0 && radius * (1 - tolerance) > value),
        vector: weights.treeOf(vector),
      }
    }
    if (settled) {
      shift = radius
      // The vector found has almost nothing of the others left in it.
      vector = start
    } else {
      if (shift === 0 && stalls(before, length, value, residual)) shift = radius
      vector = next
    }
    before = length
  }
}

/** A direction of length 1, computed. */
async function begin(key: Tensor, like: Vector): Promise<Vector> {
  return computed(ofLength(normalVector(key, like), scalar(1, dtypeOfAll(like))))
}

/** One product of the Hessian and `v`, and what is read off it. */
async function turn<P>(loss: (params: P) => Tensor, { tree, treeOf }: Weights<P>, v: Vector, shift: number) {
  const s = scalar(shift, dtypeOfAll(v))
  const product = flattenTree(hvp(loss, tree, treeOf(v))).leaves
  const value = dot(v, product)
  const residual = norm(plus(product, v, value.neg()))
  const length = norm(product)
  const shifted = plus(product, v, s)
  // Where H v + s v is 0, v is an eigenvector, and the iteration stays there.
  const some = norm(shifted).gt(0)
  const next = ofLength(
    shifted.map((t, i) => where(some, t, v[i] as Tensor)),
    onesLike(value),
  )
  await realize(value, residual, length, ...next)
  return {
    value: await value.item(),
    residual: await residual.item(),
    length: await length.item(),
    next: next.map((t) => t.detach()),
  }
}

async function computed(v: Vector): Promise<Vector> {
  await realize(...v)
  return v.map((t) => t.detach())
}

/**
 * Whether eigenvalues of both signs and nearly the same magnitude keep the iteration from an eigenvector. While those
 * that `v` has a part in are of one sign, Lyapunov's inequality between moments, `E[λ²]³ ≤ E[λ]² E[λ⁴]`, says that the
 * square of `‖H v‖` grows, relative to itself, by at least the square of the residual relative to the value. Opposite
 * eigenvalues whose ratio is -q make it grow by about (1 - q)² of that: here q is 0.8.
 */
function stalls(before: number, length: number, value: number, residual: number): boolean {
  if (before === 0) return false
  const growth = (length / before) ** 2 - 1
  return growth < 0.01 && growth * value ** 2 < 0.04 * residual ** 2
}
