import { shellWord } from '../flags.ts'
import { formatCount, formatDuration, formatLoss, formatPercent } from '../format.ts'
import { listenForInterrupt } from '../interrupt.ts'
import { barProgress } from '../progress/bar.ts'
import { lineProgress } from '../progress/lines.ts'
import type { Progress, RunOutline } from '../progress/progress.ts'
import { flagOf, hyperNames } from '../registry/hyperparameters.ts'
import { renderReport } from '../report/report.ts'
import { buildRecord, titles } from '../run/build-record.ts'
import { type Checkpoint, writeCheckpoint } from '../run/checkpoint.ts'
import { clearFolder, type RunFolder, removeLeftovers, writeText } from '../run/folder.ts'
import { modelArrays, writeModel } from '../run/model-file.ts'
import { restoreRun } from '../run/restore.ts'
import { type EpochResult, trainLoop } from '../training/loop.ts'
import { type EpochMetrics, metricsLines } from '../training/metrics.ts'
import type { TrainOptions } from '../training/options.ts'
import { type Setup, setUp } from '../training/setup.ts'
import { emptyState, type RunState } from '../training/state.ts'
import type { GivenTrainOptions } from './given.ts'
import { trainInvocation } from './invocation.ts'
import { type PlannedRun, planRun } from './resume.ts'

/** Runs `samkit train`; gives the exit status. */
export async function trainCommand(given: GivenTrainOptions): Promise<number> {
  const { exitStatus } = await runTraining(await planRun(given))
  return exitStatus
}

/** How {@link runTraining} ended. */
export interface Trained {
  readonly setup: Setup
  /** One entry an epoch; empty where the run was stopped. */
  readonly metrics: readonly EpochMetrics[]
  /** False where Ctrl-C or its like stopped it; all is saved then. */
  readonly finished: boolean
  /** 0, or what says which signal stopped it. */
  readonly exitStatus: number
}

/** Begins a run or goes on with one, to its end or to Ctrl-C. */
export async function runTraining({ options, folder, checkpoint }: PlannedRun): Promise<Trained> {
  const setup = await setUp(options)
  const state = checkpoint === null ? emptyState : restoreRun(setup, checkpoint)
  if (checkpoint === null) await beginFolder(folder)
  await removeLeftovers(folder)
  await writeText(folder.metrics, metricsLines(state.epochs))
  announce(setup, folder, checkpoint)

  const progress = showProgress(setup)
  const interrupt = listenForInterrupt(() => {
    progress.line('Finishing this step, then saving. Ctrl-C again quits at once.')
  })
  try {
    let last: EpochResult | null = null
    const end = await trainLoop(setup, state, interrupt.signal, {
      onStep: progress.step,
      onTest: progress.test,
      onEpoch: async (result) => {
        last = result
        await saveEpoch(setup, folder, result)
        progress.line(epochLine(setup, result.metrics))
      },
    })
    progress.stop()
    if (!end.finished) {
      await saveCheckpoint(setup, folder, end.state)
      console.log(
        `Stopped after step ${setup.run.steps} of ${setup.totalSteps}; saved in ${folder.checkpoint}.`,
      )
      console.log(`To go on: ${resumeCommand(folder)}`)
      return { setup, metrics: [], finished: false, exitStatus: interrupt.exitStatus }
    }
    conclude(folder, last, end.state)
    return { setup, metrics: lastMetrics(last, end.state), finished: true, exitStatus: 0 }
  } finally {
    progress.stop()
    interrupt.release()
  }
}

/** The metrics of each epoch, a last one cut short by `--steps` included. */
function lastMetrics(last: EpochResult | null, state: RunState): readonly EpochMetrics[] {
  return last?.metrics ?? state.epochs
}

async function beginFolder(folder: RunFolder): Promise<void> {
  const kept = await clearFolder(folder)
  if (kept !== null) console.log(`The checkpoint of an earlier run is kept as ${kept}.`)
}

/** Says what is about to happen. */
function announce(setup: Setup, folder: RunFolder, checkpoint: Checkpoint | null): void {
  const { options, splits, parameterCount, totalSteps, stepsPerEpoch, run } = setup
  const { train, test } = splits
  const title = titles(setup)
  const image = `${train.channels}×${train.height}×${train.width}`
  const hyper = hyperNames.flatMap((name) => {
    const value = options.hyper[name]
    return value === undefined ? [] : [`${flagOf(name).slice(2).replaceAll('-', ' ')} ${value}`]
  })
  console.log(
    `${title.model} (${formatCount(parameterCount)} parameters) on ${title.data}: ${formatCount(train.length)} training and ${formatCount(test.length)} test images of ${image}, ${train.classNames.length} classes`,
  )
  console.log(
    `${title.optimizer}: ${hyper.join(', ')}, ${options.schedule} schedule${extras(options)}; batches of ${options.batchSize}, seed ${options.seed}, backend ${options.backend}`,
  )
  const length = `${totalSteps} steps in ${formatCount(Math.ceil(totalSteps / stepsPerEpoch))} epochs`
  console.log(
    checkpoint === null
      ? `${length}, saved in ${folder.dir}`
      : `Going on after step ${run.steps} of ${length}, saved in ${folder.dir}`,
  )
}

/** What is done beside the ordinary: `, warm-up of 100 steps, label smoothing 0.1, crop and flip`. */
function extras({ warmup, labelSmoothing, augment }: TrainOptions): string {
  return [
    warmup === 0 ? '' : `, warm-up of ${warmup} steps`,
    labelSmoothing === 0 ? '' : `, label smoothing ${labelSmoothing}`,
    augment.length === 0 ? '' : `, augmented by ${augment.join(', ')}`,
  ].join('')
}

function showProgress({ splits, totalSteps, stepsPerEpoch }: Setup): Progress {
  const outline: RunOutline = {
    totalSteps,
    stepsPerEpoch,
    trainImages: splits.train.length,
    testImages: splits.test.length,
  }
  const print = (line: string): void => console.log(line)
  return process.stderr.isTTY ? barProgress(outline, process.stderr, print) : lineProgress(outline, print)
}

async function saveCheckpoint(
  { run, description, options }: Setup,
  folder: RunFolder,
  state: RunState,
): Promise<void> {
  await writeCheckpoint(folder.checkpoint, { description, options, state, snapshot: await run.snapshot() })
}

async function saveEpoch(setup: Setup, folder: RunFolder, result: EpochResult): Promise<void> {
  const { run, description, options } = setup
  const { state, metrics } = result
  await saveCheckpoint(setup, folder, state)
  await writeText(folder.metrics, metricsLines(metrics))
  const arrays = modelArrays(Object.entries(await run.snapshot()))
  await writeModel(folder.model, description, arrays, { options, metrics })
  await writeText(folder.report, renderReport(buildRecord(setup, result)))
}

function epochLine({ stepsPerEpoch, totalSteps }: Setup, metrics: readonly EpochMetrics[]): string {
  const at = metrics.at(-1)
  if (at === undefined) return ''
  return [
    `epoch ${Number(at.epoch.toFixed(2))}/${Math.ceil(totalSteps / stepsPerEpoch)}`,
    `loss ${formatLoss(at.loss)}`,
    `accuracy ${formatPercent(at.trainAccuracy)}`,
    `test loss ${formatLoss(at.testLoss)}`,
    `test accuracy ${formatPercent(at.testAccuracy)}`,
    formatDuration(at.seconds),
  ].join('  ')
}

function conclude(folder: RunFolder, last: EpochResult | null, state: RunState): void {
  const metrics = last?.metrics.at(-1) ?? state.epochs.at(-1)
  if (last === null) {
    console.log('This run is finished already; --epochs or --steps with a larger number makes it longer.')
  }
  if (metrics !== undefined) {
    console.log(
      `Test accuracy ${formatPercent(metrics.testAccuracy, 2)} after ${formatDuration(metrics.seconds)}.`,
    )
  }
  console.log(`Report: ${folder.report}`)
}

/** What to type to go on with the run in `folder`. */
function resumeCommand(folder: RunFolder): string {
  return `${trainInvocation(process.env, process.argv[1])} --resume ${shellWord(folder.dir)}`
}
