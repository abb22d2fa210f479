import { emptyCurve, type LossCurve } from './loss-curve.ts'
import type { EpochMetrics } from './metrics.ts'

/** What has been added up in the epoch under way. */
export interface EpochTally {
  /** Steps taken in this epoch. */
  readonly steps: number
  /** Images seen in this epoch. */
  readonly images: number
  /** Sum over images of the loss before their step. */
  readonly loss: number
  /** Images told right before their step. */
  readonly correct: number
  /** Sum over steps of the norm of the gradient. */
  readonly gradNorm: number
  /** Sum over steps of the norm of the perturbation. */
  readonly perturbationNorm: number
  /** Sum over steps of their cost, where a step of plain gradient descent costs 1. */
  readonly cost: number
  /** Time spent training, in seconds. */
  readonly seconds: number
}

/** How far a run has come, parameters and optimizer state aside. Plain data: kept in the checkpoint as JSON. */
export interface RunState {
  /** One entry an epoch done. */
  readonly epochs: readonly EpochMetrics[]
  /** The epoch under way. */
  readonly tally: EpochTally
  readonly curve: LossCurve
  /** Time spent on the run so far, testing included, in seconds. */
  readonly seconds: number
}

/** An epoch that has not begun. */
export const emptyTally: EpochTally = {
  steps: 0,
  images: 0,
  loss: 0,
  correct: 0,
  gradNorm: 0,
  perturbationNorm: 0,
  cost: 0,
  seconds: 0,
}

/** A run that has not begun. */
export const emptyState: RunState = { epochs: [], tally: emptyTally, curve: emptyCurve, seconds: 0 }
