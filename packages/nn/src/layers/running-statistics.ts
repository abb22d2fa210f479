import { OpError, ones, stopGradient, type Tensor, zeros } from '@samkit/core'
import { type Buffers, type Context, join } from '../context.ts'

/** Mean and variance per channel, `[C]` each. */
export interface Statistics {
  readonly mean: Tensor
  readonly variance: Tensor
}

const meanName = 'running_mean'
const varianceName = 'running_var'
const countName = 'num_batches_tracked'

/** Running statistics before the first batch: mean 0, variance 1, no batches seen. */
export function startStatistics(channels: number): Buffers {
  return {
    [meanName]: zeros([channels]),
    [varianceName]: ones([channels]),
    [countName]: zeros([], { dtype: 'i32' }),
  }
}

/**
 * The running statistics of the layer that `context` is for.
 *
 * @throws OpError naming the buffer that the context lacks.
 */
export function runningStatistics(op: string, context: Context): Statistics {
  return { mean: buffer(op, context, meanName), variance: buffer(op, context, varianceName) }
}

/**
 * Reports `running ← (1 - momentum) running + momentum batch`, or for momentum null the mean over all batches so far.
 * No gradient goes through running statistics.
 *
 * @throws OpError naming the buffer that the context lacks.
 */
export function reportStatistics(
  op: string,
  context: Context,
  momentum: number | null,
  batch: Statistics,
): void {
  const { report } = context
  if (report === undefined) return
  const running = runningStatistics(op, context)
  const count = buffer(op, context, countName).add(1)
  const blend = (old: Tensor, fresh: Tensor): Tensor => {
    const now = stopGradient(fresh).cast(old.dtype)
    return momentum === null
      ? old.add(now.sub(old).div(count.cast(old.dtype)))
      : old.mul(1 - momentum).add(now.mul(momentum))
  }
  report(pathOf(context, meanName), blend(running.mean, batch.mean))
  report(pathOf(context, varianceName), blend(running.variance, batch.variance))
  report(pathOf(context, countName), count)
}

function pathOf({ path = '' }: Context, name: string): string {
  return join(path, name)
}

function buffer(op: string, context: Context, name: string): Tensor {
  const path = pathOf(context, name)
  const found = context.buffers?.[path]
  if (found === undefined) {
    throw new OpError(
      op,
      `the context has no buffer '${path}'; give it the trained buffers, or model.buffers() to begin with`,
    )
  }
  return found
}
