import { backendNames } from '@samkit/core'
import { Command, CommanderError } from 'commander'
import { UsageError } from '../errors.ts'
import { compareCommand, compareDefaults, type GivenCompareOptions } from './compare.ts'
import { conformanceCommand, type GivenConformanceOptions } from './conformance.ts'
import { evalCommand, type GivenEvalOptions } from './eval.ts'
import { defaults, type GivenTrainOptions } from './given.ts'
import { numberOption } from './number-option.ts'
import { addDataOptions, addRunOptions, backendOption, fromOne, namesHelp } from './run-options.ts'
import { trainCommand } from './train.ts'

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
  addCompare(program).action(async (given: GivenCompareOptions) => {
    status = await compareCommand(given)
  })
  addEval(program).action(async (given: GivenEvalOptions) => {
    status = await evalCommand(given)
  })
  addConformance(program).action(async (given: GivenConformanceOptions) => {
    status = await conformanceCommand(given)
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
  addDataOptions(train).option('--optimizer <name>', `how to step (default: ${defaults.optimizer})`)
  return addRunOptions(train)
    .option(
      '--out <folder>',
      'where the results go; a run that is there is replaced (default: runs/<model>-<data>-<optimizer>, later runs numbered)',
    )
    .option(
      '--resume [path]',
      'go on with the run in this folder, or with this checkpoint (default: the one in --out, or the latest)',
    )
    .addHelpText('after', () => namesHelp())
}

function addCompare(program: Command): Command {
  const compare = program
    .command('compare')
    .summary('train with several optimizers and compare them')
    .description(
      'Train with each optimizer and seed, one run after another, each in a folder of its own, and write compare.json, compare.md and compare.html: test accuracy, cost and sharpness. Runs that are done are not repeated, one that was stopped goes on. A hyper-parameter goes to those optimizers that take it.',
    )
  addDataOptions(compare)
    .option(
      '--optimizers <names>',
      `what to compare, with commas between (default: ${compareDefaults.optimizers})`,
    )
    .addOption(
      numberOption(
        '--seeds <count>',
        `runs of each optimizer, with seeds counted up from --seed (default: ${compareDefaults.seeds})`,
        fromOne,
      ),
    )
    .addOption(
      numberOption(
        '--sharpness-images <count>',
        `training images to measure sharpness on, 0 for none (default: ${compareDefaults.sharpnessImages})`,
        { whole: true, from: 0 },
      ),
    )
  return addRunOptions(compare)
    .option('--out <folder>', 'where the runs and the comparison go (default: runs/compare-<model>-<data>)')
    .addHelpText('after', () => namesHelp())
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

function addConformance(program: Command): Command {
  const fromZero = { whole: true, from: 0 }
  return program
    .command('conformance')
    .summary('tell whether a backend is right')
    .description(
      'Run random programs on a backend and on the reference, and compare: primitives, graphs, gradients, training steps, memory and more. What is wrong is printed as the smallest program. The exit status is 0 where the backend is right, 1 where it is not.',
    )
    .option(
      '--backend <name>',
      `what to check: ${backendNames().join(', ')}, gpu, gpu:cpu, …, or the path of a module that exports a backend`,
    )
    .option('--quick', 'few examples, for backends that compile slowly')
    .addOption(
      numberOption('--runs <count>', 'random examples per property (default: 20, quick: 2)', fromOne),
    )
    .addOption(numberOption('--seed <number>', 'what the examples are drawn from (default: 1)', fromZero))
    .option('--report <file>', 'write a page of HTML')
    .option('--json', 'print the report as JSON and nothing else')
}
