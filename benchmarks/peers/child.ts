import { type ChildProcess, fork } from 'node:child_process'
import { time } from '../suite.ts'
import type { Contestant, Run } from './contestant.ts'

/** What a contestant's process is asked: time a workload for about `seconds`. */
interface Question {
  readonly workload: string
  readonly seconds: number
}

/** Milliseconds a run, one number a sample; or why there are none. */
export type Answer =
  | { readonly kind: 'times'; readonly first: number; readonly samples: readonly number[] }
  | { readonly kind: 'refusal'; readonly reason: string }
  | { readonly kind: 'ready'; readonly name: string; readonly version: string; readonly how: string }

const told = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)

/** Answers questions about a contestant, in a process of its own: nobody's threads or memory are in another's way. */
export function serve({ name, version, how, prepare }: Contestant): void {
  let known: { readonly workload: string; readonly run: Run; readonly first: number } | null = null
  const answer = async ({ workload, seconds }: Question): Promise<Answer> => {
    if (known?.workload !== workload) {
      known = null
      const run = await prepare(workload)
      if (typeof run === 'string') return { kind: 'refusal', reason: run }
      const from = performance.now()
      await run()
      known = { workload, run, first: performance.now() - from }
      // The engine optimises what it has seen run a few times.
      const until = performance.now() + 1000 * seconds
      for (let i = 0; i < 20 && performance.now() < until; i++) await run()
    }
    const { stats } = await time(known.run, { maxTime: seconds, minSamples: 3 })
    return { kind: 'times', first: known.first, samples: stats.sample.map((s) => 1000 * s) }
  }
  process.on('message', (question: Question) => {
    answer(question)
      .catch((error: unknown): Answer => ({ kind: 'refusal', reason: told(error) }))
      .then((message) => process.send?.(message))
  })
  process.send?.({ kind: 'ready', name, version, how } satisfies Answer)
}

/** The other end: a contestant's process, as the one that asks sees it. */
export class Child {
  private readonly process: ChildProcess

  private constructor(process: ChildProcess) {
    this.process = process
  }

  /** Starts the process that answers for a contestant. */
  static async start(script: string, args: readonly string[]): Promise<{ child: Child; ready: Answer }> {
    const child = new Child(fork(script, args))
    return { child, ready: await child.next() }
  }

  private next(): Promise<Answer> {
    return new Promise((resolve) => {
      const gone = (code: number | null): void =>
        resolve({ kind: 'refusal', reason: `it ended with ${code}` })
      this.process.once('exit', gone)
      this.process.once('message', (answer: Answer) => {
        this.process.off('exit', gone)
        resolve(answer)
      })
    })
  }

  /** Asks for times. */
  ask(question: Question): Promise<Answer> {
    const answer = this.next()
    if (!this.process.connected) return Promise.resolve({ kind: 'refusal', reason: 'its process ended' })
    this.process.send(question)
    return answer
  }

  stop(): void {
    this.process.kill()
  }
}
