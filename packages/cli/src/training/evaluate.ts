import type { Tensor } from '@samkit/core'
import { batches, type ChannelStats, type ImageDataset } from '@samkit/data'
import { nextTurn } from './next-turn.ts'

/** How a model did on a set of images. */
export interface Evaluation {
  /** Mean cross-entropy. */
  readonly loss: number
  /** Share of images told right, 0 to 1. */
  readonly accuracy: number
  /** The class each image was taken for, `[N]`. */
  readonly predictions: Int32Array
  /** The probability given to that class, `[N]`. */
  readonly probabilities: Float32Array
}

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** Logits `[B, classes]` of images `[B, C, H, W]`. */
  readonly predict: (images: Tensor) => Promise<Tensor>
  readonly dataset: ImageDataset
  readonly stats: ChannelStats
  readonly batchSize: number
  /** Stops between batches when aborted. */
  readonly signal?: AbortSignal
  /** Called after each batch with how many images are done. */
  readonly onProgress?: (images: number) => void
}

/**
 * Loss, accuracy and predictions over a dataset; null where it was stopped. The loss is worked out from the logits in
 * f64, so the batch size does not show in it.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation | null> {
  const { predict, dataset, stats, batchSize, signal, onProgress } = options
  const predictions = new Int32Array(dataset.length)
  const probabilities = new Float32Array(dataset.length)
  let lossSum = 0
  let correct = 0
  let done = 0
  for (const { images, labels } of batches(dataset, { batchSize, stats })) {
    await nextTurn()
    if (signal?.aborted === true) return null
    const logits = await predict(images)
    const classes = logits.shape[1] ?? 0
    const values = await logits.data()
    for (const label of await labels.data()) {
      const row = (done % batchSize) * classes
      const { best, bestProbability, loss } = judge(values.subarray(row, row + classes), label)
      predictions[done] = best
      probabilities[done] = bestProbability
      lossSum += loss
      if (best === label) correct += 1
      done += 1
    }
    onProgress?.(done)
  }
  return { loss: lossSum / done, accuracy: correct / done, predictions, probabilities }
}

/** The likeliest class by one image's logits, its probability, and the cross-entropy of the true class. */
function judge(
  logits: ArrayLike<number>,
  label: number,
): { best: number; bestProbability: number; loss: number } {
  const best = argmax(logits)
  const top = logits[best] ?? Number.NaN
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] ?? Number.NaN) - top)
  return { best, bestProbability: 1 / sum, loss: Math.log(sum) + top - (logits[label] ?? Number.NaN) }
}

/** Index of the largest value, the first of equal ones. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if ((values[i] ?? -Infinity) > (values[best] ?? -Infinity)) best = i
  return best
}
