import { OpError } from '../graph/errors.ts'
import type { Tensor } from '../graph/tensor.ts'
import { add } from '../ops/elementwise.ts'
import { fullLike } from '../ops/leaves.ts'
import { computeTogether } from './grad.ts'
import { ancestors } from './graph.ts'
import { checkScalar, pullback } from './reverse.ts'

/**
 * Adds the gradient of this scalar to `.grad` of every tensor made with `requiresGrad` that it was computed from, as
 * PyTorch does; intermediate values keep none. Calling it again adds again, also for the same loss; set `.grad = null`
 * to start afresh. A tensor that is only reached through `stopGradient` gets zeros. Nothing is computed until a gradient
 * is read.
 *
 * @throws OpError when the tensor is no floating-point scalar, or depends on no tensor made with `requiresGrad`.
 */
export function backward(loss: Tensor): void {
  checkScalar('backward', loss)
  const variables = ancestors([loss.node]).flatMap(({ variable }) => variable ?? [])
  if (variables.length === 0) {
    throw new OpError(
      'backward',
      'this loss depends on no tensor made with tensor(…, { requiresGrad: true })',
    )
  }
  const grads = pullback([loss], [fullLike(loss, 1)], variables)
  variables.forEach((variable, i) => {
    const grad = grads[i]
    if (grad !== undefined) variable.grad = variable.grad === null ? grad : add(variable.grad, grad)
  })
  computeTogether([loss, ...variables.flatMap(({ grad }) => grad ?? [])])
}
