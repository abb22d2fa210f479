import type { ImageDataset } from '@samkit/data'
import type { Sample } from '../report/record.ts'
import type { Evaluation } from '../training/evaluate.ts'
import { imageUri } from './image.ts'

/** Most samples of each kind. */
const most = 18

/** The mistakes made with the highest probability, highest first. */
export function wrongSamples(dataset: ImageDataset, evaluation: Evaluation): Sample[] {
  const { predictions, probabilities } = evaluation
  const wrong = indices(dataset).filter((i) => predictions[i] !== dataset.labels[i])
  const confident = wrong.sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0))
  return confident.slice(0, most).map((i) => sample(dataset, evaluation, i))
}

/** Images told right: the first of each class, then the second of each, and so on. */
export function rightSamples(dataset: ImageDataset, evaluation: Evaluation): Sample[] {
  const seen = new Map<number, number>()
  const right = indices(dataset).flatMap((index) => {
    const label = dataset.labels[index] ?? 0
    if (evaluation.predictions[index] !== label) return []
    const round = seen.get(label) ?? 0
    seen.set(label, round + 1)
    return [{ index, round, label }]
  })
  const chosen = right.sort((a, b) => a.round - b.round || a.label - b.label).slice(0, most)
  return chosen.map(({ index }) => sample(dataset, evaluation, index))
}

/** How many images of each class (row) were taken for each class (column). */
export function confusionCounts(dataset: ImageDataset, { predictions }: Evaluation): number[][] {
  const counts = dataset.classNames.map(() => dataset.classNames.map(() => 0))
  for (const [i, given] of predictions.entries()) {
    const row = counts[dataset.labels[i] ?? 0]
    if (row !== undefined) row[given] = (row[given] ?? 0) + 1
  }
  return counts
}

function indices({ length }: ImageDataset): number[] {
  return Array.from({ length }, (_, i) => i)
}

function sample(dataset: ImageDataset, { predictions, probabilities }: Evaluation, index: number): Sample {
  return {
    image: imageUri(dataset, index),
    truth: dataset.classNames[dataset.labels[index] ?? 0] ?? '',
    prediction: dataset.classNames[predictions[index] ?? 0] ?? '',
    probability: probabilities[index] ?? 0,
  }
}
