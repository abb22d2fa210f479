import type { EpochTally, RunState } from '../training/state.ts'
import type { RunOutline } from './progress.ts'

/** How far a run is, for people. */
export interface Standing {
  /** The epoch under way, from 1, and how many there are. */
  readonly epoch: number
  readonly epochs: number
  /** Steps taken, and how many there are. */
  readonly step: number
  readonly steps: number
  /** Mean training loss of this epoch so far. */
  readonly loss: number
  /** Share of training images told right in this epoch so far. */
  readonly accuracy: number
  /** Training images a second in this epoch so far. */
  readonly examplesPerSecond: number
  /** Time left, testing included, in seconds. */
  readonly secondsLeft: number
}

/** A forward pass costs about a third of a gradient. */
const testCost = 1 / 3

/** Where a run stands after a step. */
export function standing(outline: RunOutline, { epochs, tally, seconds }: RunState): Standing {
  const { stepsPerEpoch, totalSteps, testImages } = outline
  const step = epochs.length * stepsPerEpoch + tally.steps
  const allEpochs = Math.ceil(totalSteps / stepsPerEpoch)
  const secondsPerStep = tally.seconds / tally.steps
  const testsLeft = allEpochs - epochs.length
  const secondsPerTest =
    meanTestSeconds(epochs, seconds, tally) ?? testImages * (tally.seconds / tally.images) * testCost
  return {
    epoch: epochs.length + 1,
    epochs: allEpochs,
    step,
    steps: totalSteps,
    loss: tally.loss / tally.images,
    accuracy: tally.correct / tally.images,
    examplesPerSecond: tally.images / tally.seconds,
    secondsLeft: (totalSteps - step) * secondsPerStep + testsLeft * secondsPerTest,
  }
}

/** What a test took on average so far: what is left of the time when training is taken away. */
function meanTestSeconds(epochs: RunState['epochs'], seconds: number, tally: EpochTally): number | undefined {
  if (epochs.length === 0) return undefined
  const training = epochs.reduce((sum, { trainSeconds }) => sum + trainSeconds, tally.seconds)
  return Math.max(0, seconds - training) / epochs.length
}
