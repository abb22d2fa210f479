import type { Point } from './chart.ts'
import type { Settings } from './choices.ts'
import type { News, Order } from './messages.ts'

/** `begun` until the first step is done; `stopping` while the step runs that is the last for now. */
export type Phase = 'begun' | 'running' | 'stopping' | 'stopped' | 'failed'

/** A run as the page knows it: a worker, and what it told. */
export class Run {
  readonly loss: Point[] = []
  readonly accuracy: Point[] = []
  /** How long the steps took, in milliseconds. */
  readonly durations: number[] = []
  phase: Phase = 'begun'
  /** What computes; empty until the worker knows. */
  computedBy = ''
  parameters = 0
  /** What the last step cost, with one of plain gradient descent as 1. */
  cost = 0
  guesses: readonly number[] = []
  /** Why it failed; empty where it did not. */
  failure = ''
  readonly #worker = new Worker(new URL('./training.worker.ts', import.meta.url), { type: 'module' })

  /** `changed` is called after everything that the worker tells. */
  constructor(settings: Settings, changed: () => void) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<News>) => {
      this.#note(data)
      changed()
    })
    this.#worker.addEventListener('error', (event) => {
      this.#note({ kind: 'failed', message: event.message || 'the worker could not be loaded' })
      changed()
    })
    this.#order({ kind: 'begin', settings })
  }

  get steps(): number {
    return this.loss.length
  }

  /** Stops after the step that runs now. */
  stop(): void {
    this.phase = 'stopping'
    this.#order({ kind: 'stop' })
  }

  /** Goes on where it stopped. */
  go(): void {
    this.phase = 'running'
    this.#order({ kind: 'go' })
  }

  /** Ends it, in the middle of a step if need be. */
  end(): void {
    this.#worker.terminate()
  }

  #order(order: Order): void {
    this.#worker.postMessage(order)
  }

  #note(news: News): void {
    switch (news.kind) {
      case 'ready':
        this.computedBy = news.computedBy
        this.parameters = news.parameters
        if (this.phase === 'begun') this.phase = 'running'
        break
      case 'step':
        this.loss.push([news.step, news.loss])
        this.durations.push(news.duration)
        this.cost = news.cost
        break
      case 'test':
        this.accuracy.push([news.step, news.accuracy])
        this.guesses = news.guesses
        break
      case 'stopped':
        this.phase = 'stopped'
        break
      case 'failed':
        this.phase = 'failed'
        this.failure = news.message
    }
  }
}
