import { backendNames } from '@samkit/core'
import { type Command, Option } from 'commander'
import { augmentations } from '../registry/augmentations.ts'
import { bases } from '../registry/bases.ts'
import { datasets } from '../registry/datasets.ts'
import {
  describeHyper,
  flagOf,
  type HyperName,
  hyperNames,
  hyperparameters,
} from '../registry/hyperparameters.ts'
import { methods } from '../registry/methods.ts'
import { models } from '../registry/models.ts'
import {
  baseOf,
  findOptimizer,
  type OptimizerEntry,
  optimizers,
  takes,
  usualBase,
} from '../registry/optimizers.ts'
import { schedules } from '../registry/schedules.ts'
import { defaults } from './given.ts'
import { numberOption } from './number-option.ts'

/** What counts take. */
export const fromOne = { whole: true, from: 1 }

/** Which network and which data. */
export function addDataOptions(command: Command): Command {
  return command
    .option('--model <name>', `the network (default: ${defaults.model})`)
    .option('--data <name>', `what to train on (default: ${defaults.data})`)
    .option(
      '--data-dir <folder>',
      'folder of the data files (default: the folder named like the data in $SAMKIT_DATA)',
    )
}

/** What decides the result of a run beside model, data and optimizer. */
export function addRunOptions(command: Command): Command {
  command.option(
    '--base <name>',
    `what a sharpness-aware method steps with: ${Object.keys(bases).join(', ')} (default: ${usualBase})`,
  )
  for (const name of hyperNames) {
    command.addOption(
      numberOption(hyperparameters[name].flags, describeHyper(name), hyperparameters[name].range),
    )
  }
  return command
    .option('--schedule <name>', `how the learning rate moves over the run (default: ${defaults.schedule})`)
    .addOption(
      numberOption('--warmup <steps>', 'steps over which the learning rate rises to --lr (default: 0)', {
        whole: true,
        from: 0,
      }),
    )
    .addOption(
      numberOption(
        '--label-smoothing <share>',
        'how much of each target is spread over all classes, from 0 and below 1 (default: 0)',
        { from: 0, below: 1 },
      ),
    )
    .option(
      '--augment <names>',
      `what is done to training images, with commas between: ${Object.keys(augmentations).join(', ')} (default: nothing)`,
    )
    .addOption(
      numberOption(
        '--epochs <count>',
        `passes over the training images (default: ${defaults.epochs})`,
        fromOne,
      ),
    )
    .addOption(numberOption('--steps <count>', 'length of the run in steps instead of epochs', fromOne))
    .addOption(numberOption('--limit <count>', 'training images to use (default: all)', fromOne))
    .addOption(numberOption('--test-limit <count>', 'test images to use (default: all)', fromOne))
    .addOption(
      numberOption('--batch-size <count>', `images a step (default: ${defaults.batchSize})`, fromOne),
    )
    .addOption(
      numberOption('--seed <number>', `decides everything random (default: ${defaults.seed})`, {
        whole: true,
        from: 0,
      }),
    )
    .addOption(backendOption())
}

/** What computes. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    `what computes: ${backendNames().join(', ')} (default: ${defaults.backend})`,
  )
}

/** Every name that options take, with a line each. */
export function namesHelp(): string {
  const table = (title: string, entries: Readonly<Record<string, { readonly summary: string }>>): string => {
    const lines = Object.entries(entries).map(([name, { summary }]) => `  ${name.padEnd(16)} ${summary}`)
    return `\n${title}:\n${lines.join('\n')}\n`
  }
  const withFlags = (names: readonly string[]): Record<string, { readonly summary: string }> =>
    Object.fromEntries(
      names.map((name) => {
        const entry = findOptimizer(name, baseOf(name, undefined))
        const own = takes(entry).filter((hyper) => !Object.hasOwn(methods, name) || !isOfBase(hyper))
        const flags = own.map((hyper) => `${flagOf(hyper)} ${defaultOf(entry, hyper)}`).join(' ')
        return [name, { summary: `${optimizers[name]?.summary}: ${flags}` }]
      }),
    )
  return [
    table('Models', models),
    table('Data', datasets),
    table('Optimizers, with their defaults', withFlags(Object.keys(bases))),
    table(
      'Sharpness-aware methods, with their own defaults beside those of --base',
      withFlags(Object.keys(methods)),
    ),
    table('Augmentations', augmentations),
    table('Schedules of the learning rate', schedules),
  ].join('')
}

/** Whether it is a plain optimizer's. */
function isOfBase(name: HyperName): boolean {
  return Object.values(bases).some(({ defaults: own }) => own[name] !== undefined)
}

function defaultOf({ defaults: own, optional }: OptimizerEntry, name: HyperName): string {
  return String(own[name] ?? `(${optional[name]})`)
}
