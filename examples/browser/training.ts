// A small vision transformer that learns to tell drawn shapes apart. Nothing here knows of pages or workers.
import { key, treeLeaves } from '@samkit/core'
import { type Batch, type BatchOptions, batches, channelStats, type ImageDataset } from '@samkit/data'
import { crossEntropy, visionTransformer } from '@samkit/nn'
import { adamW, kSam, lookSam, type Method, type Optimizer, sam, sgd, trainer } from '@samkit/optim'
import type { Settings } from './choices.ts'
import { shown, testImages, trainingImages } from './images.ts'

/** A run: its steps, one at a time. */
export interface Training {
  /** How many numbers are learned. */
  readonly parameters: number
  step(): Promise<{ readonly loss: number; readonly cost: number }>
  test(): Promise<{ readonly accuracy: number; readonly guesses: readonly number[] }>
}

/** Begins a run on the default backend. */
export async function beginTraining(settings: Settings): Promise<Training> {
  const train = trainingImages()
  const stats = channelStats(train)
  const model = visionTransformer(
    { dim: 32, depth: 2, heads: 4, mlpRatio: 2 },
    {
      imageSize: train.width,
      patchSize: 8,
      channels: train.channels,
      classes: train.classNames.length,
      pool: 'mean',
    },
  )
  const run = await trainer(model, methodOf(settings), { loss: crossEntropy, key: key(0) })
  const stream = endless(train, { batchSize: 64, seed: 1, stats })
  const [test] = batches(testImages(128), { batchSize: 128, stats })
  if (test === undefined) throw new Error('there are no test images')
  return {
    parameters: treeLeaves(run.params).reduce((count, leaf) => count + leaf.tensor.size, 0),
    step: async () => {
      const { value } = stream.next()
      return run.step({ inputs: value.images, targets: value.targets })
    },
    test: async () => {
      const guesses = (await run.predict(test.images)).argmax({ axis: 1 })
      const accuracy = await guesses.eq(test.targets).mean().item()
      return { accuracy, guesses: [...(await guesses.data())].slice(0, shown).map(Number) }
    },
  }
}

function methodOf({ optimizer, method, lr, rho }: Settings): Method | Optimizer {
  const base = optimizer === 'sgd' ? sgd({ lr, momentum: 0.9 }) : adamW({ lr })
  switch (method) {
    case 'plain':
      return base
    case 'sam':
      return sam(base, { rho })
    case 'looksam':
      return lookSam(base, { rho })
    case 'ksam':
      return kSam(base, { rho })
  }
}

/** Batches of one epoch after the other. */
function* endless(dataset: ImageDataset, options: BatchOptions): Generator<Batch, never> {
  for (let epoch = 0; ; epoch++) yield* batches(dataset, { ...options, epoch })
}
