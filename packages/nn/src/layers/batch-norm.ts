import { formatShape, OpError, type Tensor, zeros } from '@samkit/core'
import type { Context } from '../context.ts'
import { type Initializer, oneInit } from '../init.ts'
import type { Layer } from '../layer.ts'
import { reportStatistics, runningStatistics, startStatistics } from './running-statistics.ts'
import { affine, inverseRoot, moments } from './standardize.ts'

/** Parameters of a batch norm: `weight` and `bias` `[channels]`, null where absent. */
export interface BatchNormParams {
  readonly weight: Tensor | null
  readonly bias: Tensor | null
}

/** Options of {@link batchNorm1d} and {@link batchNorm2d}. */
export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /**
   * How much of a batch's statistics goes into the running ones, in [0, 1]: `running ← (1 - m) running + m batch`. Null
   * averages all batches evenly. Default 0.1.
   */
  readonly momentum?: number | null
  /** Learn a scale and a shift per channel. Default true. */
  readonly affine?: boolean
  /** Draws the scale. Default: ones. Zeros in the last norm of a residual branch start the block as the identity. */
  readonly weightInit?: Initializer
}

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) over `[N, channels]` or `[N, channels, L]`; otherwise as
 * {@link batchNorm2d}.
 *
 * @throws OpError as `batchNorm2d` does.
 */
export function batchNorm1d(channels: number, options: BatchNormOptions = {}): Layer<BatchNormParams> {
  return batchNorm('batchNorm1d', { channels, inputs: { 2: '[N, C]', 3: '[N, C, L]' } }, options)
}

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) of images `[N, channels, H, W]`: each channel gets mean 0 and variance 1
 * over the batch, then a learned scale and shift.
 *
 * Training normalises by the batch's own statistics (variance divided by the count n) and reports new running ones
 * (variance divided by n - 1) to the context, as PyTorch does; they are buffers `running_mean`, `running_var` and
 * `num_batches_tracked`. Otherwise it normalises by the running statistics in the context.
 *
 * @throws OpError when the momentum is outside [0, 1]; when applied, if shapes do not fit, if it trains on one value per
 * channel, or if the context lacks the buffers.
 */
export function batchNorm2d(channels: number, options: BatchNormOptions = {}): Layer<BatchNormParams> {
  return batchNorm('batchNorm2d', { channels, inputs: { 4: '[N, C, H, W]' } }, options)
}

interface Images {
  readonly channels: number
  /** What inputs look like, by rank. */
  readonly inputs: Readonly<Record<number, string>>
}

function batchNorm(
  op: string,
  { channels, inputs }: Images,
  { eps = 1e-5, momentum = 0.1, affine: learned = true, weightInit = oneInit }: BatchNormOptions,
): Layer<BatchNormParams> {
  if (momentum !== null && !(momentum >= 0 && momentum <= 1)) {
    throw new OpError(op, `momentum must be in [0, 1] or null, got ${momentum}`)
  }
  const normalized = (x: Tensor, context: Context): readonly [centred: Tensor, spread: Tensor] => {
    const perChannel = [channels, ...x.shape.slice(2).map(() => 1)]
    if (!context.training) {
      const { mean, variance } = runningStatistics(op, context)
      return [x.sub(mean.reshape(perChannel)), inverseRoot(variance, eps).reshape(perChannel)]
    }
    const count = x.size / channels
    if (count < 2) {
      throw new OpError(op, `training needs more than one value per channel, got ${formatShape(x.shape)}`)
    }
    const axes = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1)
    const { mean, centred, variance } = moments(x, axes)
    reportStatistics(op, context, momentum, {
      mean: mean.reshape(channels),
      variance: variance.reshape(channels).mul(count / (count - 1)),
    })
    return [centred, inverseRoot(variance, eps).reshape(perChannel)]
  }
  return {
    init: (key) => ({
      weight: learned ? weightInit(key, [channels]) : null,
      bias: learned ? zeros([channels]) : null,
    }),
    apply: ({ weight, bias }, x, context) => {
      if (inputs[x.rank] === undefined || x.shape[1] !== channels) {
        const wanted = Object.values(inputs).join(' or ')
        throw new OpError(op, `needs ${wanted} with ${channels} channels, got ${formatShape(x.shape)}`)
      }
      const [centred, spread] = normalized(x, context)
      // Scaling the few spreads, not the many values.
      const scale = weight === null ? spread : spread.mul(weight.reshape(spread.shape))
      return affine(centred, scale, bias?.reshape(spread.shape) ?? null)
    },
    kinds: () => ({ weight: learned ? 'scale' : null, bias: learned ? 'shift' : null }),
    buffers: () => startStatistics(channels),
  }
}
