/**
 * What a backend throws when one step of a plan fails, in `compile` or in `run`: samkit then names the operation and the
 * user's line. `cause` is what went wrong.
 */
export class StepError extends Error {
  override readonly name = 'StepError'
  /** The index in `plan.steps`. */
  readonly step: number

  constructor(step: number, cause: unknown) {
    super(`step ${step} failed`, { cause })
    this.step = step
  }
}
