import { Failure, oneLine, UsageError } from '../errors.ts'
import type { Setup } from '../training/setup.ts'
import type { RunState } from '../training/state.ts'
import type { Checkpoint } from './checkpoint.ts'

/**
 * Puts a new trainer where a checkpoint left off.
 *
 * @returns how far the run has come.
 * @throws Failure where the checkpoint does not fit, or the data are not those the run began with.
 * @throws UsageError where the run is to end before it has come.
 */
export function restoreRun(setup: Setup, { description, state, snapshot }: Checkpoint): RunState {
  const { run, stepsPerEpoch, totalSteps } = setup
  if (JSON.stringify(description) !== JSON.stringify(setup.description)) {
    throw new Failure(
      `the ${setup.options.data} data are not those the run began with; give their folder with --data-dir`,
    )
  }
  try {
    run.restore(snapshot)
  } catch (cause) {
    throw new Failure(`this checkpoint cannot be resumed: ${oneLine(cause)}`, { cause })
  }
  const steps = state.epochs.length * stepsPerEpoch + state.tally.steps
  if (steps !== run.steps || state.tally.steps >= Math.max(stepsPerEpoch, 1) + 1) {
    throw new Failure(
      `this checkpoint cannot be resumed: it tells of ${steps} steps, its optimizer of ${run.steps}`,
    )
  }
  if (steps > totalSteps) {
    throw new UsageError(`the run has taken ${steps} steps already, and you ask for ${totalSteps} in all`)
  }
  return state
}
