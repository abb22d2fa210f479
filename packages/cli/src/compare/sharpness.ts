import { key, type Tensor } from '@samkit/core'
import { batches, take } from '@samkit/data'
import { epsilonSharpness, largestEigenvalue } from '@samkit/landscape'
import { crossEntropy } from '@samkit/nn'
import type { Setup } from '../training/setup.ts'
import type { Sharpness } from './result.ts'

const rho = 0.05

/**
 * Sharpness of the loss at a trained model, on its first training images: as they are, the model as for testing, and the
 * plain cross-entropy, so that runs of any optimizer, augmentation and smoothing can be compared.
 */
export async function measureSharpness(setup: Setup, count: number): Promise<Sharpness> {
  const { splits, stats, model, run } = setup
  const images = Math.min(count, splits.train.length)
  const [batch] = batches(take(splits.train, images), { batchSize: images, stats })
  if (batch === undefined) throw new Error('samkit: a dataset without a batch; please report this')
  const { buffers } = run
  const loss = (params: unknown): Tensor =>
    crossEntropy(
      model.apply(params, batch.images, { training: false, key: null, buffers, report: () => {} }),
      batch.labels,
    )
  const eigen = await largestEigenvalue(loss, run.params, { key: key(0), iterations: 50, tolerance: 0.01 })
  const epsilon = await epsilonSharpness(loss, run.params, { rho })
  return {
    images,
    largestEigenvalue: eigen.value,
    converged: eigen.converged,
    epsilonSharpness: epsilon.value,
    rho,
  }
}
