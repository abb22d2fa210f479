import { isFloat, type TypedArray } from '../graph/dtype.ts'
import { OpError } from '../graph/errors.ts'
import { fromOwned } from '../graph/leaf.ts'
import { formatShape, stridesOf } from '../graph/shape.ts'
import { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { sum } from '../ops/broadcast.ts'
import { add } from '../ops/elementwise.ts'
import { fullLike } from '../ops/leaves.ts'
import { data, realize } from '../tensor/value.ts'
import { pushforward } from './forward.ts'
import { variables } from './grad.ts'
import { pullback } from './reverse.ts'

/** Options of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the central differences. Default 1e-5, about right for values of size 1 in f64. */
  readonly eps?: number
  /** Largest accepted difference relative to the size of the derivative. Default 1e-6. */
  readonly rtol?: number
  /** Largest accepted absolute difference. Default 1e-7. */
  readonly atol?: number
  /** 1 checks gradients; 2 (default) also the gradient of a projection of the gradient. */
  readonly order?: 1 | 2
}

/** Fixed, irregular numbers of size about 1: directions that hide no error by symmetry. */
function direction(like: Tensor, salt: number): Tensor {
  const values = Float64Array.from(
    { length: like.size },
    (_, i) => Math.sin(1 + 12.9898 * (i + 1) + 78.233 * salt) + 0.1,
  )
  return fromOwned(values, like.shape)
}

/**
 * Checks the derivatives of `f` at `inputs`: reverse mode against central differences element by element, forward mode
 * against reverse mode, and (order 2) the second derivatives in the same ways. Everything runs in f64.
 *
 * Inputs must lie away from kinks and ties, where differences mean nothing. Resolves when all is well.
 *
 * @throws OpError naming the input, the element, both numbers and the tolerance at the first disagreement.
 *
 * @example
 * await gradcheck((x, w) => x.matmul(w).tanh(), [tensor([[1, 2]]), tensor([[0.5], [-1]])])
 */
export async function gradcheck(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<void> {
  const { order = 2 } = options
  if (inputs.length === 0) throw new OpError('gradcheck', 'needs at least one input to differentiate toward')
  const points = await Promise.all(inputs.map(asPoint))
  const weighted = (...xs: Tensor[]): Tensor => {
    const y = f(...xs)
    if (!(y instanceof Tensor) || !isFloat(y.dtype)) {
      throw new OpError('gradcheck', 'the function must return one floating-point tensor')
    }
    // A fixed weight per output element, so that one scalar sees them all.
    return y.size === 1 ? sum(y) : sum(mul(y, direction(y, 1)))
  }
  await checkFirstOrder('the gradient', weighted, points, options)
  if (order === 1) return
  const projected = (...xs: Tensor[]): Tensor => {
    const grads = pullbackOf(weighted, xs)
    return grads.map((g, i) => sum(mul(g, direction(g, i + 2)))).reduce((a, b) => add(a, b))
  }
  await checkFirstOrder('the second derivative', projected, points, options)
}

async function asPoint(input: Tensor): Promise<Tensor> {
  if (!isFloat(input.dtype)) {
    throw new OpError('gradcheck', `inputs must be f32 or f64, got ${input.dtype}; close over the others`)
  }
  return fromOwned(Float64Array.from(await data(input)), input.shape)
}

function pullbackOf(f: (...xs: Tensor[]) => Tensor, xs: readonly Tensor[]): Tensor[] {
  const inputs = variables('gradcheck', xs)
  const loss = f(...inputs)
  return pullback([loss], [fullLike(loss, 1)], inputs)
}

async function checkFirstOrder(
  what: string,
  f: (...xs: Tensor[]) => Tensor,
  points: readonly Tensor[],
  { eps = 1e-5, rtol = 1e-6, atol = 1e-7 }: GradcheckOptions,
): Promise<void> {
  const inputs = variables('gradcheck', points)
  const loss = f(...inputs)
  const grads = pullback([loss], [fullLike(loss, 1)], inputs)
  const tangents = points.map((p, i) => direction(p, i + 10))
  const [forward] = pushforward(inputs, tangents, [loss])
  await realize(loss, ...grads, forward as Tensor)
  const reverse = await Promise.all(grads.map((g) => data(g)))

  const close = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= atol + rtol * scale
  for (const [i, point] of points.entries()) {
    const analytic = reverse[i] as TypedArray
    for (let k = 0; k < point.size; k++) {
      const numeric = await centralDifference(f, points, i, k, eps)
      const exact = analytic[k] ?? Number.NaN
      if (close(exact, numeric, Math.max(Math.abs(exact), Math.abs(numeric)))) continue
      throw new OpError(
        'gradcheck',
        `${what} toward input ${i} ${formatShape(point.shape)} at ${formatShape(position(point, k))} is ${exact} by the ` +
          `rules but ${numeric} by central differences (eps ${eps}, tolerance ${atol} + ${rtol} relative); ` +
          'outputs of several elements are summed with fixed weights first',
      )
    }
  }
  const along = (await data(forward as Tensor))[0] ?? Number.NaN
  let byReverse = 0
  let size = 0
  for (const [i, tangent] of tangents.entries()) {
    for (const [k, t] of (await data(tangent)).entries()) {
      const term = t * (reverse[i]?.[k] ?? Number.NaN)
      byReverse += term
      size += Math.abs(term)
    }
  }
  if (!close(along, byReverse, size)) {
    throw new OpError(
      'gradcheck',
      `${what} in one direction is ${along} by the jvp rules but ${byReverse} by the vjp rules`,
    )
  }
}

async function centralDifference(
  f: (...xs: Tensor[]) => Tensor,
  points: readonly Tensor[],
  input: number,
  element: number,
  eps: number,
): Promise<number> {
  const valueAt = async (shift: number): Promise<number> => {
    const moved = await Promise.all(
      points.map(async (p, i) => {
        if (i !== input) return p
        const values = Float64Array.from(await data(p))
        values[element] = (values[element] ?? 0) + shift
        return fromOwned(values, p.shape)
      }),
    )
    return (await data(f(...moved)))[0] ?? Number.NaN
  }
  return ((await valueAt(eps)) - (await valueAt(-eps))) / (2 * eps)
}

function position(point: Tensor, element: number): number[] {
  return stridesOf(point.shape).map((stride, axis) => Math.floor(element / stride) % (point.shape[axis] ?? 1))
}
