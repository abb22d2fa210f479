import { arch, cpus, platform } from 'node:os'
import { shellWord, trainFlags } from '../flags.ts'
import { formatCount } from '../format.ts'
import { datasets } from '../registry/datasets.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import { findOptimizer } from '../registry/optimizers.ts'
import type { RunRecord } from '../report/record.ts'
import type { EpochResult } from '../training/loop.ts'
import { curvePoints } from '../training/loss-curve.ts'
import type { Setup } from '../training/setup.ts'
import { confusionCounts, rightSamples, wrongSamples } from './sample-choice.ts'

/** The names of a run's model, data and optimizer in prose. */
export function titles({ options }: Pick<Setup, 'options'>): {
  model: string
  data: string
  optimizer: string
} {
  return {
    model: lookUp('--model', models, options.model).title,
    data: lookUp('--data', datasets, options.data).title,
    optimizer: findOptimizer(options.optimizer, options.base).title,
  }
}

/** What the report of a run shows after an epoch. */
export function buildRecord(setup: Setup, { state, metrics, evaluation }: EpochResult): RunRecord {
  const { options, splits, stepsPerEpoch, totalSteps, parameterCount, run } = setup
  const { channels, height, width, classNames } = splits.test
  const title = titles(setup)
  const flags = trainFlags(options)
  return {
    title: `${title.model} on ${title.data}`,
    optimizer: title.optimizer,
    finished: run.steps >= totalSteps,
    date: new Date(),
    epochs: metrics,
    lossCurve: curvePoints(state.curve).map(({ step, loss }) => ({ epoch: step / stepsPerEpoch, loss })),
    classNames,
    confusion: confusionCounts(splits.test, evaluation),
    wrong: wrongSamples(splits.test, evaluation),
    right: rightSamples(splits.test, evaluation),
    options: flags.map(([flag, value]) => [flag.slice(2).replaceAll('-', ' '), value]),
    setting: [
      ['model', `${title.model}, ${formatCount(parameterCount)} parameters`],
      ['training images', formatCount(splits.train.length)],
      ['test images', formatCount(splits.test.length)],
      ['image', `${channels} × ${height} × ${width}`],
      ['classes', formatCount(classNames.length)],
      ['Node', process.version],
      ['machine', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${platform()} ${arch()}`],
    ],
    command: ['samkit train', ...flags.map(([flag, value]) => `${flag} ${shellWord(value)}`)].join(' '),
  }
}
