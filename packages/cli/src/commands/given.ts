import { UsageError } from '../errors.ts'
import { parseAugment } from '../registry/augmentations.ts'
import { datasets } from '../registry/datasets.ts'
import { flagOf, type HyperValues, hyperNames } from '../registry/hyperparameters.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import { baseOf, findOptimizer, hyperValues } from '../registry/optimizers.ts'
import { schedules } from '../registry/schedules.ts'
import type { RunLength, TrainOptions } from '../training/options.ts'

/** What was typed after `samkit train`; what was not is missing. */
export interface GivenTrainOptions extends HyperValues {
  readonly model?: string
  readonly data?: string
  readonly dataDir?: string
  readonly optimizer?: string
  readonly base?: string
  readonly schedule?: string
  readonly warmup?: number
  readonly labelSmoothing?: number
  /** Names with commas between. */
  readonly augment?: string
  readonly epochs?: number
  readonly steps?: number
  readonly limit?: number
  readonly testLimit?: number
  readonly batchSize?: number
  readonly seed?: number
  readonly backend?: string
  readonly out?: string
  /** True for `--resume` without a path. */
  readonly resume?: string | true
}

/** What `samkit train` does when it is not told. */
export const defaults = {
  model: 'lenet',
  data: 'synthetic',
  optimizer: 'sam',
  schedule: 'cosine',
  epochs: 4,
  batchSize: 16,
  seed: 0,
  backend: 'wasm',
} as const

/** The hyper-parameters among the given options. */
export function givenHyper(given: GivenTrainOptions): HyperValues {
  return Object.fromEntries(
    hyperNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  )
}

/** The length that was asked for, if one was. */
function givenLength({ epochs, steps }: GivenTrainOptions): RunLength | undefined {
  if (epochs !== undefined && steps !== undefined) {
    throw new UsageError('--epochs and --steps both say how long the run is; give one of them')
  }
  if (epochs !== undefined) return { unit: 'epochs', count: epochs }
  return steps === undefined ? undefined : { unit: 'steps', count: steps }
}

/**
 * The options of a new run.
 *
 * @throws UsageError where names are unknown or options do not go together.
 */
export function newRunOptions(given: GivenTrainOptions): TrainOptions {
  const { model, data, optimizer, schedule, batchSize, seed, backend } = { ...defaults, ...given }
  lookUp('--model', models, model)
  lookUp('--data', datasets, data)
  lookUp('--schedule', schedules, schedule)
  const base = baseOf(optimizer, given.base)
  const entry = findOptimizer(optimizer, base)
  return {
    model,
    data,
    dataDir: given.dataDir ?? null,
    optimizer,
    base,
    hyper: hyperValues(optimizer, entry, givenHyper(given)),
    schedule,
    warmup: given.warmup ?? 0,
    labelSmoothing: given.labelSmoothing ?? 0,
    augment: given.augment === undefined ? [] : parseAugment(given.augment),
    length: givenLength(given) ?? { unit: 'epochs', count: defaults.epochs },
    limit: given.limit ?? null,
    testLimit: given.testLimit ?? null,
    batchSize,
    seed,
    backend,
  }
}

/**
 * The options of a run that goes on: its own, except that it may become longer and find its data and its backend
 * elsewhere.
 *
 * @throws UsageError where an option is given that differs from the run's.
 */
export function resumedOptions(options: TrainOptions, given: GivenTrainOptions): TrainOptions {
  const differs = (flag: string, now: string | number, then: string | number | null | undefined): void => {
    if (now === then) return
    const had = then === null || then === undefined ? 'was begun without it' : `was begun with ${then}`
    throw new UsageError(
      `${flag} ${now}: the run to resume ${had}; leave ${flag} out, or begin a new run without --resume`,
    )
  }
  for (const name of [
    'model',
    'data',
    'optimizer',
    'base',
    'schedule',
    'warmup',
    'labelSmoothing',
    'limit',
    'testLimit',
    'batchSize',
    'seed',
  ] as const) {
    const now = given[name]
    if (now !== undefined)
      differs(`--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`, now, options[name])
  }
  if (given.augment !== undefined) {
    differs('--augment', parseAugment(given.augment).join(','), options.augment.join(',') || null)
  }
  for (const name of hyperNames) {
    const now = given[name]
    if (now !== undefined) differs(flagOf(name), now, options.hyper[name])
  }
  return {
    ...options,
    dataDir: given.dataDir ?? options.dataDir,
    backend: given.backend ?? options.backend,
    length: givenLength(given) ?? options.length,
  }
}
