import { formatShape, isFloat, OpError, type Tensor } from '@samkit/core'

/** How a loss is summed up. */
export interface LossOptions {
  /** `mean` (default) and `sum` give a scalar, `none` the losses one by one. */
  readonly reduction?: 'mean' | 'sum' | 'none'
}

/** Sums up losses. */
export function reduceLoss(losses: Tensor, { reduction = 'mean' }: LossOptions): Tensor {
  if (reduction === 'none') return losses
  return reduction === 'sum' ? losses.sum() : losses.mean()
}

/**
 * Refuses predictions and targets of different shapes: broadcasting one against the other is hardly ever what was meant.
 *
 * @throws OpError naming both.
 */
export function checkSameShape(op: string, outputs: Tensor, targets: Tensor): void {
  if (!isFloat(outputs.dtype)) throw new OpError(op, `needs f32 or f64 predictions, got ${outputs.dtype}`)
  if (formatShape(outputs.shape) === formatShape(targets.shape)) return
  throw new OpError(
    op,
    `predictions ${formatShape(outputs.shape)} and targets ${formatShape(targets.shape)} need the same shape`,
  )
}

/** A loss of predictions and targets. */
export type LossFunction = (outputs: Tensor, targets: Tensor, options?: LossOptions) => Tensor

/**
 * The loss with `none` meaning one value per example, `[N]`: the mean over all axes but the first. Methods that pick or
 * weigh examples ask for these; `mse` and its like give one value per element otherwise.
 *
 * @example
 * trainer(model, ksam(sgd({ lr: 0.1 }), { k: 32 }), { loss: perExample(mse), key })
 */
export function perExample(loss: LossFunction): LossFunction {
  return (outputs, targets, options = {}) => {
    if (options.reduction !== 'none') return loss(outputs, targets, options)
    const losses = loss(outputs, targets, { reduction: 'none' })
    return losses.rank <= 1 ? losses : losses.flatten({ startAxis: 1 }).mean({ axis: 1 })
  }
}
