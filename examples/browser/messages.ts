// What the page and its worker say to each other.
import type { Settings } from './choices.ts'

/** From the page: begin with these settings, or stop after the step that runs, or go on. */
export type Order = { readonly kind: 'begin'; readonly settings: Settings } | { readonly kind: 'stop' | 'go' }

/** What a step told. */
export interface StepNews {
  readonly kind: 'step'
  /** Steps taken so far. */
  readonly step: number
  /** The mean loss of the batch before the step. */
  readonly loss: number
  /** How long it took, in milliseconds. */
  readonly duration: number
  /** What it cost, with one step of plain gradient descent as 1. */
  readonly cost: number
}

/** How well the network does on images that it has not seen. */
export interface TestNews {
  readonly kind: 'test'
  readonly step: number
  /** The share of right answers, 0 to 1. */
  readonly accuracy: number
  /** The class it takes each of the first test images for. */
  readonly guesses: readonly number[]
}

/** From the worker. */
export type News =
  | { readonly kind: 'ready'; readonly computedBy: string; readonly parameters: number }
  | StepNews
  | TestNews
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string }
