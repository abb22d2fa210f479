import { formatShape, OpError, stopGradient, type Tensor, valueAndGrad } from '@samkit/core'
import type { Evaluation, Objective } from './method.ts'

/** Tensors by path that belong to a model but are no parameters, such as running statistics. */
export type Buffers = Evaluation<unknown>['buffers']

/** What a model is told about a pass, beside parameters and inputs. */
export interface PassContext {
  readonly training: boolean
  readonly key: Tensor | null
  readonly buffers: Buffers
  readonly report: (path: string, value: Tensor) => void
}

/** What training needs of a model; `@samkit/nn`'s layers are of this form. */
export interface Model<P> {
  init(key: Tensor): P
  apply(params: P, inputs: Tensor, context: PassContext): Tensor
  /** The buffers before the first step. Default: none. */
  buffers?(): Buffers
}

/** Some examples with what is expected of them. */
export interface Batch {
  /** `[N, …]` */
  readonly inputs: Tensor
  /** `[N]` class indices, or whatever the loss takes; one entry per example along the first axis. */
  readonly targets: Tensor
}

/**
 * The loss of a batch, from the model's outputs: a scalar, the mean over the examples, or with `reduction: 'none'` one loss
 * per example, `[N]`. Methods that pick or weigh examples need the latter.
 */
export type Loss = (
  outputs: Tensor,
  targets: Tensor,
  options?: { readonly reduction: 'mean' | 'none' },
) => Tensor

/** What one batch offers a method: the model's loss on it, all evaluations with the same random key and buffers. */
export function batchObjective<P>(
  model: Model<P>,
  loss: Loss,
  { inputs, targets }: Batch,
  { key, buffers }: { readonly key: Tensor; readonly buffers: Buffers },
): Objective<P> {
  const size = inputs.shape[0] ?? 0
  if (targets.shape[0] !== size) {
    throw new OpError(
      'objective',
      `inputs ${formatShape(inputs.shape)} and targets ${formatShape(targets.shape)} need the same number of examples`,
    )
  }
  const forward = (params: P, x: Tensor, report: PassContext['report']): Tensor =>
    model.apply(params, x, { training: true, key, buffers, report })
  const each = (outputs: Tensor, y: Tensor): Tensor => checkLosses(loss(outputs, y, { reduction: 'none' }), y)
  return {
    size,
    gradient: (params, { rows, weights } = {}) => {
      const x = rows === undefined ? inputs : inputs.indexSelect(0, rows)
      const y = rows === undefined ? targets : targets.indexSelect(0, rows)
      const reported: Record<string, Tensor> = {}
      const lossAt = (p: P): readonly [Tensor, Tensor] => {
        const outputs = forward(p, x, (path, value) => {
          reported[path] = stopGradient(value)
        })
        const value = weights === undefined ? loss(outputs, y) : each(outputs, y).mul(weights).mean()
        return [value, outputs]
      }
      const { value, grad, aux } = valueAndGrad(lossAt, { hasAux: true })(params)
      return { loss: value, grads: grad, outputs: stopGradient(aux), buffers: reported }
    },
    losses: (params) =>
      stopGradient(
        each(
          forward(params, inputs, () => {}),
          targets,
        ),
      ),
  }
}

function checkLosses(losses: Tensor, targets: Tensor): Tensor {
  if (losses.rank !== 1 || losses.shape[0] !== targets.shape[0]) {
    throw new OpError(
      'objective',
      `this method needs one loss per example, [${targets.shape[0]}], but the loss gave ${formatShape(losses.shape)} ` +
        "for reduction: 'none'",
    )
  }
  return losses
}
