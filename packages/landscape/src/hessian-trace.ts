import { flattenTree, foldIn, hvp, type Tensor } from '@samkit/core'
import { checkAtLeast, checkCount, checkMeasured } from './check.ts'
import { dot, signVector } from './vector.ts'
import { weightsOf } from './weights.ts'

/** Options of {@link hessianTrace}. */
export interface HessianTraceOptions {
  /** A random key, `i32 [2]`: the directions. */
  readonly key: Tensor
  /** The most Hessian-vector products to take, at least 2. Default 100. */
  readonly samples?: number
  /**
   * Stops, after at least 10 samples, where the standard error is at most this fraction of the estimate.
   * Default 0: takes all samples, unless they agree.
   */
  readonly tolerance?: number
}

/** An estimate of the trace of the Hessian. */
export interface HessianTrace {
  /** The mean of the samples: the sum of all eigenvalues, estimated. */
  readonly value: number
  /** The standard deviation of {@link value}, estimated. */
  readonly standardError: number
  /** Hessian-vector products taken. */
  readonly samples: number
}

/** Fewer samples may agree by luck. */
const fewest = 10

/**
 * The trace of the Hessian of `loss` at `params`: the mean of `⟨z, H z⟩` over vectors `z` of independent random signs
 * (Hutchinson, "A stochastic estimator of the trace of the influence matrix", Communications in Statistics, 1990). It is
 * unbiased, its variance twice the sum of the squares off the diagonal, and so exact where the Hessian is diagonal.
 *
 * The loss is a scalar without randomness of its own. One plan is run per sample, compiled once.
 *
 * @throws RangeError for options out of range, and where the loss or its derivatives are not finite.
 * @throws OpError where a parameter is no floating-point tensor, there are none, or the loss is no scalar.
 *
 * @example
 * const { value } = await hessianTrace((x) => x.square().sum(), tensor([1, 2, 3]), { key: key(0) })
 * value // => 6
 */
export async function hessianTrace<P>(
  loss: (params: P) => Tensor,
  params: P,
  { key, samples = 100, tolerance = 0 }: HessianTraceOptions,
): Promise<HessianTrace> {
  checkCount('hessianTrace', 'samples', samples, 2)
  checkAtLeast('hessianTrace', 'tolerance', tolerance, 0)
  const { tree, leaves, treeOf } = await weightsOf('hessianTrace', params)
  const sampled = async (number: number): Promise<number> => {
    const z = signVector(foldIn(key, number), leaves)
    const form = await dot(z, flattenTree(hvp(loss, tree, treeOf(z))).leaves).item()
    checkMeasured('hessianTrace', 'the product of Hessian and vector', form)
    return form
  }
  // Mean and squared deviations so far, updated as in Welford, Technometrics 4 (1962).
  let mean = 0
  let squares = 0
  for (let count = 1; ; count++) {
    const form = await sampled(count - 1)
    const off = form - mean
    mean += off / count
    squares += off * (form - mean)
    const standardError = count === 1 ? Infinity : Math.sqrt(squares / (count - 1) / count)
    const enough = count >= fewest && standardError <= tolerance * Math.abs(mean)
    if (enough || count === samples) return { value: mean, standardError, samples: count }
  }
}
