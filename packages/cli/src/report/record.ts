import type { EpochMetrics } from '../training/metrics.ts'

/** One test image and what the model took it for. */
export interface Sample {
  /** The image as a `data:` URI. */
  readonly image: string
  /** Name of the true class. */
  readonly truth: string
  /** Name of the class the model gave. */
  readonly prediction: string
  /** The probability it gave to that class, 0 to 1. */
  readonly probability: number
}

/** A name and what to show for it. */
export type Entry = readonly [name: string, value: string]

/** Everything a report shows of a run. Plain data. */
export interface RunRecord {
  /** What was trained on what: `LeNet on synthetic shapes`. */
  readonly title: string
  /** With what: `SAM`. */
  readonly optimizer: string
  /** Whether all epochs are done. */
  readonly finished: boolean
  /** When this was written. */
  readonly date: Date
  /** One entry an epoch done, at least one. */
  readonly epochs: readonly EpochMetrics[]
  /** Training loss by step, in buckets, over the time in epochs. */
  readonly lossCurve: readonly { readonly epoch: number; readonly loss: number }[]
  readonly classNames: readonly string[]
  /** Number of test images by true class (row) and class given (column). */
  readonly confusion: readonly (readonly number[])[]
  /** Mistakes, the most confident ones first. */
  readonly wrong: readonly Sample[]
  /** Images told right, of many classes. */
  readonly right: readonly Sample[]
  /** Options of the run, for the table. */
  readonly options: readonly Entry[]
  /** Model, data and machine, for the table. */
  readonly setting: readonly Entry[]
  /** A command that makes this run again. */
  readonly command: string
}
