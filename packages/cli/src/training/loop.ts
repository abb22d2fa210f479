import type { Tensor } from '@samkit/core'
import { batches } from '@samkit/data'
import type { StepResult } from '@samkit/optim'
import { Failure, oneLine } from '../errors.ts'
import { formatNumber } from '../format.ts'
import { argmax, type Evaluation, evaluate } from './evaluate.ts'
import { addLoss } from './loss-curve.ts'
import type { EpochMetrics } from './metrics.ts'
import { nextTurn } from './next-turn.ts'
import type { Setup } from './setup.ts'
import { type EpochTally, emptyTally, type RunState } from './state.ts'

/** Images a batch when testing. Not the training batch size, which may be tiny. */
export const testBatchSize = 100

/** Who wants to know how a run goes. */
export interface TrainListener {
  /** After each step. */
  onStep(state: RunState): void
  /** After each batch of test images, with how many are done. */
  onTest(images: number): void
  /** After each epoch's test, before the next step. */
  onEpoch(result: EpochResult): Promise<void>
}

/** An epoch done and tested. */
export interface EpochResult {
  readonly state: RunState
  /** The metrics of each epoch so far, a last one cut short by `--steps` included. */
  readonly metrics: readonly EpochMetrics[]
  readonly evaluation: Evaluation
}

/** Where {@link trainLoop} ended. */
export interface LoopEnd {
  readonly state: RunState
  /** False where it was stopped before the end. */
  readonly finished: boolean
}

/**
 * Trains from `state` to the end of the run, testing after each epoch. Stops after the step under way when `signal` is
 * aborted. What it computes depends on the options and the state alone, so a run may be stopped and go on later.
 *
 * @throws Failure naming step and learning rate where a step goes wrong.
 */
export async function trainLoop(
  setup: Setup,
  state: RunState,
  signal: AbortSignal,
  listener: TrainListener,
): Promise<LoopEnd> {
  while (setup.run.steps < setup.totalSteps || state.tally.steps > 0) {
    state = await trainEpoch(setup, state, signal, listener)
    if (signal.aborted) return { state, finished: false }
    const { run, stats, splits } = setup
    const started = performance.now()
    const evaluation = await evaluate({
      predict: (images) => run.predict(images),
      dataset: splits.test,
      stats,
      batchSize: testBatchSize,
      signal,
      onProgress: listener.onTest,
    })
    if (evaluation === null) return { state, finished: false }
    const tested = { ...state, seconds: state.seconds + secondsSince(started) }
    const metrics = [...state.epochs, summary(setup, tested, evaluation)]
    const whole = state.tally.steps === setup.stepsPerEpoch
    // An epoch cut short stays open, so that a run made longer goes on in the middle of it.
    state = whole ? { ...tested, epochs: metrics, tally: emptyTally } : state
    await listener.onEpoch({ state, metrics, evaluation })
    if (!whole) break
  }
  return { state, finished: true }
}

/** Takes the steps that remain of the epoch under way. */
async function trainEpoch(
  setup: Setup,
  state: RunState,
  signal: AbortSignal,
  listener: TrainListener,
): Promise<RunState> {
  const { run, splits, stats, augment, options, totalSteps } = setup
  const { batchSize, seed } = options
  const epoch = state.epochs.length
  let started = performance.now()
  for (const batch of batches(splits.train, {
    batchSize,
    seed,
    epoch,
    startBatch: state.tally.steps,
    stats,
    augment,
  })) {
    await nextTurn()
    if (run.steps === totalSteps || signal.aborted) break
    const result = await run
      .step({ inputs: batch.images, targets: batch.targets })
      .catch((cause: unknown) => {
        const lr = formatNumber(setup.lr(run.steps))
        throw new Failure(`step ${run.steps + 1} at learning rate ${lr} failed: ${oneLine(cause)}`, { cause })
      })
    const correct = await countCorrect(result.outputs, batch.labels)
    const seconds = secondsSince(started)
    started = performance.now()
    state = {
      ...state,
      tally: addStep(state.tally, result, batch.indices.length, correct, seconds),
      curve: addLoss(state.curve, result.loss),
      seconds: state.seconds + seconds,
    }
    listener.onStep(state)
  }
  return state
}

function addStep(
  tally: EpochTally,
  { loss, gradNorm, perturbationNorm, cost }: StepResult,
  images: number,
  correct: number,
  seconds: number,
): EpochTally {
  return {
    steps: tally.steps + 1,
    images: tally.images + images,
    loss: tally.loss + loss * images,
    correct: tally.correct + correct,
    gradNorm: tally.gradNorm + gradNorm,
    perturbationNorm: tally.perturbationNorm + perturbationNorm,
    cost: tally.cost + cost,
    seconds: tally.seconds + seconds,
  }
}

async function countCorrect(logits: Tensor, labels: Tensor): Promise<number> {
  const [values, truth] = await Promise.all([logits.data(), labels.data()])
  const classes = logits.shape[1] ?? 0
  let correct = 0
  for (const [i, label] of truth.entries()) {
    if (argmax(values.subarray(i * classes, (i + 1) * classes)) === label) correct += 1
  }
  return correct
}

function summary({ run, lr, stepsPerEpoch }: Setup, state: RunState, test: Evaluation): EpochMetrics {
  const { tally, epochs, seconds } = state
  return {
    epoch: epochs.length + tally.steps / stepsPerEpoch,
    step: run.steps,
    loss: tally.loss / tally.images,
    trainAccuracy: tally.correct / tally.images,
    testLoss: test.loss,
    testAccuracy: test.accuracy,
    lr: lr(run.steps - 1),
    gradNorm: tally.gradNorm / tally.steps,
    perturbationNorm: tally.perturbationNorm / tally.steps,
    cost: tally.cost / tally.steps,
    examplesPerSecond: tally.images / tally.seconds,
    trainSeconds: tally.seconds,
    seconds,
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000
}
