/** What one epoch came to: a line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** Epochs done, counted from 1; for a last epoch cut short by `--steps`, a fraction. */
  readonly epoch: number
  /** Steps taken since the run began. */
  readonly step: number
  /** Mean training loss over the epoch, each batch before its step. */
  readonly loss: number
  /** Share of training images told right over the epoch, each batch before its step, 0 to 1. */
  readonly trainAccuracy: number
  /** Mean loss over the test images after the epoch. */
  readonly testLoss: number
  /** Share of test images told right after the epoch, 0 to 1. */
  readonly testAccuracy: number
  /** Learning rate of the last step. */
  readonly lr: number
  /** Mean norm of the gradient before each step. */
  readonly gradNorm: number
  /** Mean norm of the perturbation, 0 for methods without one. */
  readonly perturbationNorm: number
  /** Mean cost of a step, where a step of plain gradient descent costs 1. */
  readonly cost: number
  /** Training images a second, testing left out. */
  readonly examplesPerSecond: number
  /** Time spent training in this epoch, in seconds. */
  readonly trainSeconds: number
  /** Time spent on the run so far, testing included, in seconds. */
  readonly seconds: number
}

/** `metrics.jsonl`: a line an epoch. */
export function metricsLines(epochs: readonly EpochMetrics[]): string {
  return epochs.map((metrics) => `${JSON.stringify(metrics)}\n`).join('')
}
