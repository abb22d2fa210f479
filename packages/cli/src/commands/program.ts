import { backendNames } from '@samkit/core'
import { Command, CommanderError, Option } from 'commander'
import { UsageError } from '../errors.ts'
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
import { evalCommand, type GivenEvalOptions } from './eval.ts'
import { defaults, type GivenTrainOptions } from './given.ts'
import { numberOption } from './number-option.ts'
import { trainCommand } from './train.ts'

const fromOne = { whole: true, from: 1 }

/**
 * Runs the command that `args` (what follows `samkit`) name.
 *
 * @returns the exit status.
 * @throws UsageError where `args` make no sense, and what the command throws.
 */
export async function runProgram(args: readonly string[], version: string): Promise<number> {
  let status = 0
  const program = new Command('samkit')
    .description('Train small networks with automatic differentiation and sharpness-aware methods.')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .configureHelp({ showGlobalOptions: false })
  addTrain(program).action(async (given: GivenTrainOptions) => {
    status = await trainCommand(given)
  })
  addEval(program).action(async (given: GivenEvalOptions) => {
    status = await evalCommand(given)
  })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    // Without a command, commander has shown the help.
    if (error.code === 'commander.help') return 2
    throw new UsageError(error.message.replace(/^error: /, ''))
  }
  return status
}

function addTrain(program: Command): Command {
  const train = program
    .command('train')
    .summary('train a model')
    .description(
      'Train a model and write metrics.jsonl, model.safetensors, checkpoint.safetensors and report.html.',
    )
    .option('--model <name>', `the network (default: ${defaults.model})`)
    .option('--data <name>', `what to train on (default: ${defaults.data})`)
    .option(
      '--data-dir <folder>',
      'folder of the data files (default: the folder named like the data in $SAMKIT_DATA)',
    )
    .option('--optimizer <name>', `how to step (default: ${defaults.optimizer})`)
    .option(
      '--base <name>',
      `what a sharpness-aware method steps with: ${Object.keys(bases).join(', ')} (default: ${usualBase})`,
    )
  for (const name of hyperNames) {
    const { flags, range } = hyperparameters[name]
    train.addOption(numberOption(flags, describeHyper(name), range))
  }
  return train
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
    .option(
      '--out <folder>',
      'where the results go; a run that is there is replaced (default: runs/<model>-<data>-<optimizer>, later runs numbered)',
    )
    .option(
      '--resume [path]',
      'go on with the run in this folder, or with this checkpoint (default: the one in --out, or the latest)',
    )
    .addHelpText('after', () => trainHelp())
}

function addEval(program: Command): Command {
  return program
    .command('eval')
    .summary('read a model back and test it')
    .description('Read a model back and print its accuracy and loss on test images.')
    .option('--out <folder>', 'folder of the run that made it')
    .option('--checkpoint <file>', 'a model.safetensors or checkpoint.safetensors')
    .option('--data <name>', 'what to test on (default: what it was trained on)')
    .option('--data-dir <folder>', 'folder of the data files (default: the one it was trained from)')
    .addOption(numberOption('--test-limit <count>', 'test images to use (default: all)', fromOne))
    .addOption(backendOption())
}

function backendOption(): Option {
  return new Option(
    '--backend <name>',
    `what computes: ${backendNames().join(', ')} (default: ${defaults.backend})`,
  )
}

function trainHelp(): string {
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
