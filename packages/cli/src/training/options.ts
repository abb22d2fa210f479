import type { HyperValues } from '../registry/hyperparameters.ts'

/** How long a run is. */
export interface RunLength {
  readonly unit: 'epochs' | 'steps'
  readonly count: number
}

/** Everything that decides the result of a run, and where its data lie. */
export interface TrainOptions {
  /** A name from `models`. */
  readonly model: string
  /** A name from `datasets`. */
  readonly data: string
  /** Folder of the dataset's files; null to look in `SAMKIT_DATA`. */
  readonly dataDir: string | null
  /** A name from `optimizers`. */
  readonly optimizer: string
  /** A name from `bases`: what a sharpness-aware method steps with; null for a plain optimizer. */
  readonly base: string | null
  /** Every hyper-parameter that the optimizer takes. */
  readonly hyper: HyperValues
  /** A name from `schedules`. */
  readonly schedule: string
  /** Steps over which the learning rate rises to its height; 0 for none. */
  readonly warmup: number
  /** How much of each target is spread over all classes in training, 0 to 1. */
  readonly labelSmoothing: number
  /** Names from `augmentations`: what is done to training images, in this order. */
  readonly augment: readonly string[]
  readonly length: RunLength
  /** Training images used, from the first; null for all. */
  readonly limit: number | null
  /** Test images used, from the first; null for all. */
  readonly testLimit: number | null
  /** Images a step. */
  readonly batchSize: number
  /** Decides the first parameters, the order of the images, and everything random in the steps. */
  readonly seed: number
  /** Name of the backend that computes. */
  readonly backend: string
}
