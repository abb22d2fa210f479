import type { Tensor } from '@samkit/core'
import { type EpsilonSharpnessOptions, epsilonSharpness } from './epsilon-sharpness.ts'

/** What {@link mSharpness} found. */
export interface MSharpness {
  /** The mean of the batches' sharpnesses. */
  readonly value: number
  /** The standard deviation of {@link value}, estimated; NaN for one batch. */
  readonly standardError: number
  /** The mean of the batches' losses. */
  readonly loss: number
  /** How many there were. */
  readonly batches: number
}

/**
 * The mean of {@link epsilonSharpness} over batches of m examples, each with an ascent of its own: m-sharpness (Foret et
 * al., ICLR 2021, section 4.1; Andriushchenko and Flammarion, "Towards understanding sharpness-aware minimization",
 * ICML 2022). Batches count alike: leave out a smaller last one. To compare models, take the same batches for all,
 * without augmentation.
 *
 * @throws RangeError for options out of range, no batch, and where a loss or gradient is not finite.
 * @throws OpError where a parameter is no floating-point tensor, there are none, or a loss is no scalar.
 */
export async function mSharpness<P, B>(
  loss: (params: P, batch: B) => Tensor,
  params: P,
  batches: Iterable<B> | AsyncIterable<B>,
  options: EpsilonSharpnessOptions = {},
): Promise<MSharpness> {
  const values: number[] = []
  let losses = 0
  for await (const batch of batches) {
    const one = await epsilonSharpness((p: P) => loss(p, batch), params, options)
    values.push(one.value)
    losses += one.loss
  }
  const count = values.length
  if (count === 0) throw new RangeError('mSharpness: there are no batches')
  const value = values.reduce((a, b) => a + b) / count
  const squares = values.reduce((sum, v) => sum + (v - value) ** 2, 0)
  return {
    value,
    standardError: Math.sqrt(squares / (count - 1) / count),
    loss: losses / count,
    batches: count,
  }
}
