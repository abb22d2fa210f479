import { arch, cpus, platform } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { renderMarkdown } from '../compare/markdown.ts'
import { renderComparison } from '../compare/page.ts'
import { type ComparedRun, planComparison } from '../compare/plan.ts'
import type { ComparisonRecord } from '../compare/record.ts'
import { type RunResult, readResult, resultOf, writeResult } from '../compare/result.ts'
import { measureSharpness } from '../compare/sharpness.ts'
import { summarize } from '../compare/summary.ts'
import { Failure, UsageError } from '../errors.ts'
import { shellWord, trainFlags } from '../flags.ts'
import { formatCount } from '../format.ts'
import { datasets } from '../registry/datasets.ts'
import { flagOf, hyperNames } from '../registry/hyperparameters.ts'
import { lookUp } from '../registry/look-up.ts'
import { models } from '../registry/models.ts'
import { findOptimizer } from '../registry/optimizers.ts'
import type { Entry } from '../report/record.ts'
import { readCheckpoint } from '../run/checkpoint.ts'
import { exists, runFolder, writeText } from '../run/folder.ts'
import type { TrainOptions } from '../training/options.ts'
import { defaults, type GivenTrainOptions } from './given.ts'
import type { PlannedRun } from './resume.ts'
import { runTraining } from './train.ts'

/** What was typed after `samkit compare`; what was not is missing. */
export interface GivenCompareOptions extends Omit<GivenTrainOptions, 'optimizer' | 'resume'> {
  /** Names with commas between. */
  readonly optimizers?: string
  readonly seeds?: number
  readonly sharpnessImages?: number
}

/** What `samkit compare` does when it is not told. */
export const compareDefaults = { optimizers: 'sgd,sam,looksam', seeds: 3, sharpnessImages: 256 } as const

/** Runs `samkit compare`; gives the exit status. */
export async function compareCommand(typed: GivenCompareOptions): Promise<number> {
  const { optimizers, seeds, sharpnessImages, out: where, ...given } = { ...compareDefaults, ...typed }
  const { model, data } = { ...defaults, ...given }
  const out = where ?? join('runs', `compare-${model}-${data}`)
  const runs = planComparison({
    optimizers: optimizers.split(',').map((name) => name.trim()),
    seeds,
    out,
    given,
  })
  const results: RunResult[] = []
  const command = compareLine(optimizers, seeds, sharpnessImages, given)
  for (const [i, run] of runs.entries()) {
    const { optimizer, base, seed } = run.options
    console.log(
      `\nRun ${i + 1} of ${runs.length}: ${findOptimizer(optimizer, base).title}, seed ${seed} (${run.dir})`,
    )
    const result = await resultOfRun(run, sharpnessImages)
    if (typeof result === 'number') {
      console.log('The same samkit compare command goes on with this comparison.')
      return result
    }
    results.push(result)
    await writeComparison(out, recordOf(results, runs.length, command))
  }
  console.log(`\n${renderMarkdown(recordOf(results, runs.length, command)).split('\n\n')[1]}\n`)
  console.log(`Report: ${join(out, 'compare.html')}`)
  return 0
}

/** The result of a run, from its folder or by running it; an exit status where it was stopped. */
async function resultOfRun(run: ComparedRun, images: number): Promise<RunResult | number> {
  const { options, dir } = run
  const known = await readResult(dir)
  if (known !== null) {
    checkSame(run, known.options)
    if (known.sharpnessImages === images) {
      console.log('Done already.')
      return known
    }
  }
  const trained = await runTraining(await planned(run))
  if (!trained.finished) return trained.exitStatus
  const { setup, metrics } = trained
  if (images > 0) console.log(`Measuring sharpness on ${formatCount(images)} training images`)
  const sharpness = images === 0 ? null : await measureSharpness(setup, images)
  const result = resultOf(options, metrics, { sharpnessImages: images, sharpness })
  await writeResult(dir, result)
  return result
}

/** A run as its folder has it: new, or going on. */
async function planned(run: ComparedRun): Promise<PlannedRun> {
  const { options, dir } = run
  const folder = runFolder(dir)
  const checkpoint = (await exists(folder.checkpoint)) ? await readCheckpoint(folder.checkpoint) : null
  if (checkpoint !== null) checkSame(run, checkpoint.options)
  return { options, folder, checkpoint }
}

/** @throws UsageError where the run in the folder is another one. Its data may lie elsewhere. */
function checkSame({ options, dir }: ComparedRun, there: TrainOptions): void {
  if (isDeepStrictEqual({ ...options, dataDir: null }, { ...there, dataDir: null })) return
  throw new UsageError(`the run in ${dir} has other options; compare into another folder with --out`)
}

async function writeComparison(out: string, record: ComparisonRecord): Promise<void> {
  const { title, asked, summary, results } = record
  const json = { title, runsAsked: asked, ...summary, runs: results }
  await writeText(join(out, 'compare.json'), `${JSON.stringify(json, null, 2)}\n`)
  await writeText(join(out, 'compare.md'), renderMarkdown(record))
  await writeText(join(out, 'compare.html'), renderComparison(record))
}

function recordOf(results: readonly RunResult[], asked: number, command: string): ComparisonRecord {
  const options = results[0]?.options
  if (options === undefined) throw new Failure('there is no run to compare')
  const own = new Set(['--optimizer', '--base', '--seed', '--data-dir', ...hyperNames.map(flagOf)])
  const common = trainFlags(options).filter(([flag]) => !own.has(flag))
  const firsts = results.filter(
    (a, i) => results.findIndex((b) => b.options.optimizer === a.options.optimizer) === i,
  )
  const hyper = firsts.map(({ options: { optimizer, base, hyper: values } }): Entry => {
    const flags = hyperNames.flatMap((name) =>
      values[name] === undefined ? [] : [`${flagOf(name).slice(2)} ${values[name]}`],
    )
    return [findOptimizer(optimizer, base).title, flags.join(', ')]
  })
  return {
    title: `${lookUp('--model', models, options.model).title} on ${lookUp('--data', datasets, options.data).title}`,
    date: new Date(),
    done: results.length,
    asked,
    summary: summarize(results),
    results,
    setting: [
      ...common.map(([flag, value]): Entry => [flag.slice(2).replaceAll('-', ' '), value]),
      ['Node', process.version],
      ['machine', `${cpus()[0]?.model.trim() ?? 'unknown'}, ${platform()} ${arch()}`],
    ],
    hyper,
    command,
  }
}

/** The command line that asked for this, without the folders. */
function compareLine(
  optimizers: string,
  seeds: number,
  sharpnessImages: number,
  { dataDir: _dir, ...given }: GivenTrainOptions,
): string {
  const typed = Object.entries(given).map(
    ([name, value]) =>
      `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)} ${shellWord(String(value))}`,
  )
  return [
    'samkit compare',
    `--optimizers ${shellWord(optimizers)}`,
    `--seeds ${seeds}`,
    `--sharpness-images ${sharpnessImages}`,
    ...typed,
  ].join(' ')
}
