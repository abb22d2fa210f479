import { foldIn, formatShape, OpError, stopGradient, type Tensor, valueAndGrad, vjp } from '@samkit/core'
import type { Objective, Pass } from './method.ts'
import { accumulated } from './micro-batch.ts'

/** Tensors by path that belong to a model but are no parameters, such as running statistics. */
export type Buffers = Pass['buffers']

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

/** What an objective needs beside model, loss and batch. */
export interface ObjectiveOptions {
  /** The random key of every pass. */
  readonly key: Tensor
  /** The model's buffers before the step. */
  readonly buffers: Buffers
  /**
   * The most examples that go through the model at one time: gradients over more are summed piece by piece, which needs
   * less memory and is exact but for batch normalisation, which sees a piece at a time. Default: all.
   */
  readonly microBatch?: number
}

/**
 * What one batch offers a method: the model's loss on it, all evaluations with the same random key and buffers.
 *
 * @throws OpError when inputs and targets are of different number.
 */
export function batchObjective<P>(
  model: Model<P>,
  loss: Loss,
  { inputs, targets }: Batch,
  { key, buffers, microBatch }: ObjectiveOptions,
): Objective<P> {
  const size = inputs.shape[0] ?? 0
  if (size === 0 || targets.shape[0] !== size) {
    throw new OpError(
      'objective',
      `inputs ${formatShape(inputs.shape)} and targets ${formatShape(targets.shape)} need the same number of ` +
        'examples, at least one',
    )
  }
  const each = (outputs: Tensor, y: Tensor): Tensor => checkLosses(loss(outputs, y, { reduction: 'none' }), y)

  /** The model run on some examples, so that it can be differentiated for one loss and then for another. */
  const run = (rows: Tensor | undefined) => {
    const x = rows === undefined ? inputs : inputs.indexSelect(0, rows)
    const y = rows === undefined ? targets : targets.indexSelect(0, rows)
    const reported: Record<string, Tensor> = {}
    const report = (path: string, value: Tensor): void => {
      reported[path] = stopGradient(value)
    }
    const forward = (p: P): Tensor => model.apply(p, x, { training: true, key, buffers, report })
    const passOf = (value: Tensor): Pass => {
      const outputs = stopGradient(value)
      return { outputs, buffers: reported, losses: () => stopGradient(each(outputs, y)) }
    }
    return { y, forward, passOf }
  }

  const whole: Objective<P> = {
    size,
    targets,
    key,
    gradient: (params, { rows, weights } = {}) => {
      const { y, forward, passOf } = run(rows)
      const { value: outputs, pullback } = vjp(forward, params)
      const meanOf = (w: Tensor) => (o: Tensor) => each(o, y).mul(w).mean()
      const { value, grad } = valueAndGrad(
        weights === undefined ? (o: Tensor) => loss(o, y) : meanOf(weights),
      )(outputs)
      return {
        ...passOf(outputs),
        loss: value,
        grads: pullback(grad),
        weighted: (w) => pullback(valueAndGrad(meanOf(w))(outputs).grad),
      }
    },
    forward: (params) => {
      const { forward, passOf } = run(undefined)
      return passOf(forward(params))
    },
    parts: (most) => {
      if (most >= size) return [whole]
      const sizes = pieceSizes(size, most)
      const [xs, ys] = [inputs.split(sizes), targets.split(sizes)]
      // Another key for each piece, or the same examples of every piece would be dropped.
      return sizes.map((_, i) =>
        batchObjective(
          model,
          loss,
          { inputs: xs[i] as Tensor, targets: ys[i] as Tensor },
          { key: foldIn(key, i), buffers },
        ),
      )
    },
  }
  return microBatch === undefined || microBatch >= size ? whole : accumulated(whole, microBatch)
}

/** As many pieces of `most` as there are, and what remains. */
function pieceSizes(size: number, most: number): number[] {
  const full = Math.floor(size / most)
  const rest = size - full * most
  return [...Array.from({ length: full }, () => most), ...(rest > 0 ? [rest] : [])]
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
