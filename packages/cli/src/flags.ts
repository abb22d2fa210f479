import { flagOf, hyperNames } from './registry/hyperparameters.ts'
import type { TrainOptions } from './training/options.ts'

/** An option of `samkit train` as a person would type it. */
export type Flag = readonly [flag: string, value: string]

/** The flags that say these options. */
export function trainFlags(options: TrainOptions): Flag[] {
  const {
    model,
    data,
    dataDir,
    optimizer,
    base,
    hyper,
    schedule,
    warmup,
    labelSmoothing,
    augment,
    length,
    limit,
    testLimit,
    batchSize,
    seed,
    backend,
  } = options
  const optional = (flag: string, value: string | number | null): Flag[] => {
    return value === null ? [] : [[flag, String(value)]]
  }
  return [
    ['--model', model],
    ['--data', data],
    ...optional('--data-dir', dataDir),
    ['--optimizer', optimizer],
    ...optional('--base', base),
    ...hyperNames.flatMap((name) => optional(flagOf(name), hyper[name] ?? null)),
    ['--schedule', schedule],
    ...optional('--warmup', warmup || null),
    ...optional('--label-smoothing', labelSmoothing || null),
    ...optional('--augment', augment.join(',') || null),
    [`--${length.unit}`, String(length.count)],
    ...optional('--limit', limit),
    ...optional('--test-limit', testLimit),
    ['--batch-size', String(batchSize)],
    ['--seed', String(seed)],
    ['--backend', backend],
  ]
}

/** A word as a shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
