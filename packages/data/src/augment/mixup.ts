import type { Augmentation, Example, Stage } from './augmentation.ts'
import { symmetricBeta } from './beta.ts'

/** Options of {@link mixup}. */
export interface MixupOptions {
  /**
   * Both parameters of the Beta distribution of the weight, from 0 (which mixes nothing) to 1e6. Default 1, the authors'
   * for CIFAR-10: every weight as likely. For ImageNet they advise 0.1 to 0.4.
   */
  readonly alpha?: number
}

/**
 * `λ` of the image and `1 - λ` of another, pixels and class probabilities alike, with `λ` from Beta(alpha, alpha) (Zhang,
 * Cisse, Dauphin and Lopez-Paz, "mixup: Beyond empirical risk minimization", ICLR 2018, section 2). Batches then have
 * probabilities for targets.
 *
 * Every image has its own `λ`, and its partner is any image of the dataset, as the stages before this one leave it; the
 * authors' code draws one `λ` per batch and partners within it, which would make an image depend on its batch. `λ` comes
 * from logarithms, so that engines whose `Math.log` rounds differently may differ in the last bit.
 *
 * @throws RangeError where `alpha` is not from 0 to 1e6.
 */
export function mixup({ alpha = 1 }: MixupOptions = {}): Augmentation {
  if (!(alpha >= 0 && alpha <= 1e6)) {
    throw new RangeError(`mixup: alpha is ${alpha}, must be from 0 to 1e6`)
  }
  const stage: Stage = {
    name: 'mixup',
    mixes: true,
    apply: (example, { random, length, other }) => {
      if (alpha === 0) return example
      const weight = symmetricBeta(random, alpha)
      return mixed(example, other(random.below(length)), weight)
    },
  }
  return { stages: [stage] }
}

function mixed(one: Example, other: Example, weight: number): Example {
  const blend = (a: Float32Array, b: Float32Array): Float32Array =>
    a.map((value, i) => weight * value + (1 - weight) * (b[i] ?? 0))
  return { pixels: blend(one.pixels, other.pixels), target: blend(one.target, other.target) }
}
