import type { Entry } from '../report/record.ts'
import type { RunResult } from './result.ts'
import type { Summary } from './summary.ts'

/** Everything that is written about a comparison. Plain data. */
export interface ComparisonRecord {
  /** What was trained on what: `LeNet on synthetic shapes`. */
  readonly title: string
  /** When this was written. */
  readonly date: Date
  /** Runs done, at least one, and runs asked for. */
  readonly done: number
  readonly asked: number
  readonly summary: Summary
  readonly results: readonly RunResult[]
  /** What the runs have in common, and where they ran. */
  readonly setting: readonly Entry[]
  /** Hyper-parameters by optimizer. */
  readonly hyper: readonly Entry[]
  /** A command that makes this comparison again. */
  readonly command: string
}

/** What the numbers mean, a sentence or two each. */
export function notes({ results }: ComparisonRecord): readonly string[] {
  const sharp = results.find(({ sharpness }) => sharpness !== null)?.sharpness ?? null
  const unsettled = results.filter(({ sharpness }) => sharpness?.converged === false).length
  return [
    'Mean ± sample standard deviation over seeds; a single seed has no deviation. Test values are of the model after the last epoch.',
    'Cost in passes: forward and backward passes of a step over the batch, with one forward and one backward as 1 and a backward counted as two forwards.',
    'Times are measured one run after another, the first epoch left out where there are others; whatever else the machine did is in them.',
    ...(sharp === null
      ? []
      : [
          `Sharpness is of the plain cross-entropy on the first ${sharp.images} training images, not augmented, the model as for testing: the largest eigenvalue of the Hessian by power iteration, and the rise of the loss by a step of length ${sharp.rho} up its gradient.`,
        ]),
    ...(unsettled === 0
      ? []
      : [
          `In ${unsettled} of ${results.length} runs the power iteration had not settled to a hundredth after 50 products; those eigenvalues are estimates from below.`,
        ]),
  ]
}
