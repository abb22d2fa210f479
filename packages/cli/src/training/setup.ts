import { backendNames, key, setBackend, treeLeaves } from '@samkit/core'
// Registers itself as the backend 'wasm'.
import '@samkit/wasm'
import {
  type Augmentation,
  type ChannelStats,
  channelStats,
  type ImageDataset,
  type ImageSplits,
} from '@samkit/data'
import { crossEntropy, type Layer } from '@samkit/nn'
import { type Loss, type Trainer, trainer } from '@samkit/optim'
import { Failure, UsageError } from '../errors.ts'
import { augmentationOf } from '../registry/augmentations.ts'
import { datasets } from '../registry/datasets.ts'
import { lookUp, unknownName } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import { findOptimizer } from '../registry/optimizers.ts'
import { learningRate, schedules } from '../registry/schedules.ts'
import type { ModelDescription } from '../run/description.ts'
import type { TrainOptions } from './options.ts'

/** Everything a run works with, ready for its first step. */
export interface Setup {
  readonly options: TrainOptions
  readonly splits: ImageSplits
  readonly stats: ChannelStats
  readonly model: Layer<unknown>
  /** What is done to training images; undefined for nothing. */
  readonly augment: Augmentation | undefined
  readonly description: ModelDescription
  readonly run: Trainer<unknown>
  /** Number of learned numbers. */
  readonly parameterCount: number
  /** Steps in a whole epoch. */
  readonly stepsPerEpoch: number
  /** Steps in the whole run. */
  readonly totalSteps: number
  /** The learning rate at a step, 0 for the first. */
  readonly lr: (step: number) => number
}

/**
 * Chooses what computes from here on.
 *
 * @throws UsageError with the names there are.
 */
export async function chooseBackend(name: string): Promise<void> {
  if (!backendNames().includes(name)) throw unknownName('--backend', backendNames(), name)
  await setBackend(name)
}

/** Loads the data, and builds model, optimizer and trainer as the options say. */
export async function setUp(options: TrainOptions): Promise<Setup> {
  const dataset = lookUp('--data', datasets, options.data)
  const model = lookUp('--model', models, options.model)
  const optimizer = findOptimizer(options.optimizer, options.base)
  const schedule = lookUp('--schedule', schedules, options.schedule)
  await chooseBackend(options.backend)

  const { dataDir: dir, limit, testLimit, batchSize, length, seed } = options
  const splits = await dataset.load({ dir, limit, testLimit })
  checkImages(splits.train)
  checkImages(splits.test)
  const stats = channelStats(splits.train)
  const { channels, height, width, classNames } = splits.train
  const layer = model.create({ channels, height, width, classes: classNames.length })
  const stepsPerEpoch = Math.ceil(splits.train.length / batchSize)
  const totalSteps = length.unit === 'steps' ? length.count : length.count * stepsPerEpoch
  const { lr: peak = 0 } = options.hyper
  const { warmup, labelSmoothing } = options
  if (warmup >= totalSteps && warmup > 0) {
    throw new UsageError(`--warmup ${warmup} leaves nothing of a run of ${totalSteps} steps`)
  }
  const lr = learningRate(schedule, { lr: peak, warmup, totalSteps })
  const loss: Loss = (logits, targets, reduction) =>
    crossEntropy(logits, targets, { ...reduction, labelSmoothing })
  const method = optimizer.create(options.hyper, lr, { classCounts: classCounts(splits.train) })
  const run = await trainer(layer, method, { loss, key: key(seed) })
  return {
    options,
    splits,
    model: layer,
    augment: augmentationOf(options.augment, Math.min(height, width)),
    stats,
    description: { model: options.model, data: options.data, channels, height, width, classNames, ...stats },
    run,
    parameterCount: treeLeaves(run.params).reduce((sum, { tensor }) => sum + tensor.size, 0),
    stepsPerEpoch,
    totalSteps,
    lr,
  }
}

/** Number of images of each class. */
function classCounts({ labels, classNames }: ImageDataset): number[] {
  const counts = classNames.map(() => 0)
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

function checkImages(dataset: ImageDataset): void {
  if (dataset.length === 0) throw new Failure(`${dataset.name} has no images`)
}
