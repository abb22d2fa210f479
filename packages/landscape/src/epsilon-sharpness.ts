import { flattenTree, realize, type Tensor, valueAndGrad, zerosLike } from '@samkit/core'
import { checkAtLeast, checkCount, checkMeasured } from './check.ts'
import { dtypeOfAll, norm, ofLength, scalar, type Vector } from './vector.ts'
import { type Weights, weightsOf } from './weights.ts'

/** Options of {@link epsilonSharpness}. */
export interface EpsilonSharpnessOptions {
  /** Radius ρ of the ball, at least 0, in the units of the parameters. Default 0.05, SAM's. */
  readonly rho?: number
  /** Gradients to go uphill by. Default 1: SAM's single step to the edge of the ball. */
  readonly steps?: number
  /** Length of each step after the first, in units of ρ, at least 0. Default 0.5. */
  readonly stepSize?: number
}

/** What {@link epsilonSharpness} found. */
export interface EpsilonSharpness {
  /** `L(w + ε) - L(w)`; for several steps, the largest on the way. */
  readonly value: number
  /** `L(w)`. */
  readonly loss: number
  /** `‖∇L(w)‖`, over all parameters: for small ρ, `value` is ρ times this. */
  readonly gradientNorm: number
}

/**
 * How far the loss rises within ρ of `params`. With one step, what SAM minimises: `L(w + ρ g / ‖g‖) - L(w)`, `g` being the
 * gradient at `w` (Foret, Kleiner, Mobahi and Neyshabur, "Sharpness-aware minimization for efficiently improving
 * generalization", ICLR 2021, equation 2). With more, projected gradient ascent in the ball, the direction of the
 * gradient normalised (Madry, Makelov, Schmidt, Tsipras and Vladu, ICLR 2018), whose highest point counts; so more steps
 * never give less. Where the gradient is 0, so is the sharpness.
 *
 * The loss is a scalar without randomness of its own. Two plans are compiled, whatever the number of steps.
 *
 * @throws RangeError for options out of range, and where a loss or gradient is not finite.
 * @throws OpError where a parameter is no floating-point tensor, there are none, or the loss is no scalar.
 */
export async function epsilonSharpness<P>(
  loss: (params: P) => Tensor,
  params: P,
  { rho = 0.05, steps = 1, stepSize = 0.5 }: EpsilonSharpnessOptions = {},
): Promise<EpsilonSharpness> {
  checkAtLeast('epsilonSharpness', 'rho', rho, 0)
  checkCount('epsilonSharpness', 'steps', steps)
  checkAtLeast('epsilonSharpness', 'stepSize', stepSize, 0)
  const weights = await weightsOf('epsilonSharpness', params)
  const here = await ascend(
    loss,
    weights,
    weights.leaves.map((t) => zerosLike(t)),
    rho,
    rho,
  )
  let { epsilon } = here
  let highest = here.loss
  for (let step = 1; step < steps; step++) {
    const there = await ascend(loss, weights, epsilon, rho, rho * stepSize)
    highest = Math.max(highest, there.loss)
    epsilon = there.epsilon
  }
  const last = await loss(moved(weights, epsilon)).item()
  checkMeasured('epsilonSharpness', 'the loss', last)
  // One step may lead downhill, and says so.
  const top = steps === 1 ? last : Math.max(highest, last)
  return { value: top - here.loss, loss: here.loss, gradientNorm: here.gradientNorm }
}

/** A step of the given length uphill from `w + ε`, and back into the ball. */
async function ascend<P>(
  loss: (params: P) => Tensor,
  weights: Weights<P>,
  epsilon: Vector,
  rho: number,
  length: number,
) {
  const { value, grad } = valueAndGrad(loss)(moved(weights, epsilon))
  const gradient = flattenTree(grad).leaves
  const dtype = dtypeOfAll(gradient)
  const gradientNorm = norm(gradient)
  const uphill = ofLength(gradient, scalar(length, dtype))
  const sum = epsilon.map((t, i) => t.add(uphill[i] as Tensor))
  const next = ofLength(sum, norm(sum).minimum(scalar(rho, dtype)))
  await realize(value, gradientNorm, ...next)
  const measured = { loss: await value.item(), gradientNorm: await gradientNorm.item() }
  checkMeasured('epsilonSharpness', 'the loss', measured.loss)
  checkMeasured('epsilonSharpness', 'the norm of the gradient', measured.gradientNorm)
  return { ...measured, epsilon: next.map((t) => t.detach()) }
}

function moved<P>({ leaves, treeOf }: Weights<P>, epsilon: Vector): P {
  return treeOf(leaves.map((t, i) => t.add(epsilon[i] as Tensor)))
}
