import type { RunState } from '../training/state.ts'

/** What a display needs to know of a run before it begins. */
export interface RunOutline {
  readonly totalSteps: number
  readonly stepsPerEpoch: number
  readonly trainImages: number
  readonly testImages: number
}

/** Shows how a run goes while it goes. */
export interface Progress {
  /** A step was taken. */
  step(state: RunState): void
  /** Test images are done. */
  test(images: number): void
  /** A line that stays. */
  line(text: string): void
  /** Takes away what does not stay. */
  stop(): void
}
