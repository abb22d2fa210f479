import { findOptimizer, usualBase } from '../registry/optimizers.ts'
import type { RunResult } from './result.ts'

/** Mean and deviation of a few numbers. */
export interface Spread {
  readonly mean: number
  /** Sample standard deviation; null for a single number. */
  readonly deviation: number | null
  readonly values: readonly number[]
}

/** What the runs of one optimizer came to. */
export interface Row {
  readonly optimizer: string
  /** Its name in prose. */
  readonly title: string
  readonly seeds: readonly number[]
  readonly testAccuracy: Spread
  readonly testLoss: Spread
  /** Counted passes of a step, with those of plain gradient descent as 1. */
  readonly cost: Spread
  readonly millisecondsPerStep: Spread
  /** Mean time of a step over that of the baseline; null without one. */
  readonly relativeTime: number | null
  readonly largestEigenvalue: Spread | null
  readonly epsilonSharpness: Spread | null
}

/** A comparison as a table. */
export interface Summary {
  /** Name in prose of what times are relative to: what the methods step with; null where it is not among the optimizers. */
  readonly baseline: string | null
  readonly rows: readonly Row[]
}

/** Mean and sample standard deviation. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)), values }
}

/** The results by optimizer, in the order they first come. */
export function summarize(results: readonly RunResult[]): Summary {
  const names = [...new Set(results.map(({ options }) => options.optimizer))]
  const base = results.find(({ options }) => options.base !== null)?.options.base ?? usualBase
  const rows = names.map((optimizer) => {
    const own = results.filter(({ options }) => options.optimizer === optimizer)
    const sharp = own.flatMap(({ sharpness }) => sharpness ?? [])
    const whole = sharp.length === own.length
    return {
      optimizer,
      title: findOptimizer(optimizer, own[0]?.options.base ?? null).title,
      seeds: own.map(({ options }) => options.seed),
      testAccuracy: spread(own.map(({ testAccuracy }) => testAccuracy)),
      testLoss: spread(own.map(({ testLoss }) => testLoss)),
      cost: spread(own.map(({ cost }) => cost)),
      millisecondsPerStep: spread(own.map(({ secondsPerStep }) => 1000 * secondsPerStep)),
      largestEigenvalue: whole ? spread(sharp.map(({ largestEigenvalue }) => largestEigenvalue)) : null,
      epsilonSharpness: whole ? spread(sharp.map(({ epsilonSharpness }) => epsilonSharpness)) : null,
    }
  })
  const baseline = rows.find(({ optimizer }) => optimizer === base)
  return {
    baseline: baseline?.title ?? null,
    rows: rows.map((row) => ({
      ...row,
      relativeTime:
        baseline === undefined ? null : row.millisecondsPerStep.mean / baseline.millisecondsPerStep.mean,
    })),
  }
}
