import type { Arena } from './arena.ts'
import { control } from './control.ts'
import type { Drivers } from './driver.ts'
import { type Helper, startHelper } from './environment.ts'
import { compiledErf } from './imports.ts'
import { workerSource } from './worker-source.ts'

/** A program's code as the team runs it. */
export interface LoadedProgram {
  readonly id: number
  readonly module: WebAssembly.Module
  /** This thread's instance. */
  readonly drivers: Drivers
}

/** Stages to run: the address of the first, how many, and how many pieces they have together. */
export interface Job {
  readonly program: LoadedProgram
  readonly stages: number
  readonly stageCount: number
  readonly pieces: number
}

/** A worker, and the programs it has been sent. */
interface Member {
  readonly helper: Helper
  readonly programs: Set<number>
}

/** What workers say. */
interface Message {
  readonly ready?: boolean
  /** The run whose last piece it did. */
  readonly finished?: number
  /** The run that it met an error in. */
  readonly failed?: number
  readonly error?: string
}

/** A run that this thread does not wait for. */
interface Pending {
  readonly generation: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * The threads that run programs together. This one is number 0; workers count from 1. Work is claimed piece by piece, so
 * a worker that starts late, or has ended, holds nobody up.
 */
export class Team {
  private readonly arena: Arena
  private size: number
  private readonly members = new Map<number, Member>()
  private generation = 0
  private base = 0
  private pending: Pending | null = null
  private closed = false
  /** Whether a worker has ever begun. */
  private proven = false

  /** `workers` are started when they are first needed. */
  constructor(arena: Arena, workers: number) {
    this.arena = arena
    this.size = workers
  }

  /** How many workers run now. */
  get workers(): number {
    return this.members.size
  }

  /** Runs a job on all threads, this one among them, and waits for the others. */
  runHere(job: Job): void {
    const { base } = this
    const { program, stages, stageCount, pieces } = job
    const { words } = this.arena
    this.start(job, null)
    let problem: unknown
    try {
      program.drivers.drive(stages, stageCount, base, pieces, 0, 1)
    } catch (error) {
      problem = error
      program.drivers.halt(base, pieces)
      Atomics.add(words, control.done, 1)
    }
    while (!this.settled(base)) Atomics.wait(words, control.done, Atomics.load(words, control.done), 10)
    const claimed = this.end(base, pieces)
    if (claimed !== null) throw stopped(problem ?? 'a worker met an error')
  }

  /** Runs a job on the workers alone, while this thread goes on. */
  async runThere(job: Job): Promise<void> {
    const { base } = this
    const { program, stages, stageCount, pieces } = job
    let problem: unknown
    try {
      await new Promise<void>((resolve, reject) => {
        this.start(job, (generation) => {
          this.pending = { generation, resolve, reject }
        })
        if (this.members.size === 0) reject(new Error('no worker could be started'))
      })
    } catch (error) {
      problem = error
      program.drivers.halt(base, pieces)
      // A worker that has ended does not end its piece.
      for (let tries = 0; this.members.size > 0 && !this.settled(base) && tries < 1000; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    } finally {
      this.pending = null
    }
    const claimed = this.end(base, pieces)
    if (this.closed) throw new Error('this wasm backend was disposed while it computed')
    // Where no worker can begin, as under a content security policy that forbids blob:, this thread does the work.
    if (claimed === 0) program.drivers.solo(stages, stageCount, 0)
    else if (claimed !== null) throw stopped(problem)
  }

  /** Lets workers forget a program. */
  forget(program: number): void {
    for (const { helper, programs } of this.members.values()) {
      if (programs.delete(program)) helper.post({ forget: [program] })
    }
  }

  /** Stops one worker; another takes its place at the next run. */
  dismiss(number: number): void {
    this.members.get(number)?.helper.stop()
  }

  /** Stops all workers. */
  close(): void {
    this.closed = true
    this.size = 0
    for (const { helper } of this.members.values()) helper.stop()
    this.members.clear()
    this.pending?.reject(new Error('disposed'))
  }

  /** Writes the command and wakes the workers. With `begins` they tell when they are done. */
  private start(
    { program, stages, stageCount, pieces }: Job,
    begins: ((generation: number) => void) | null,
  ): void {
    this.recruit()
    for (const { helper, programs } of this.members.values()) {
      if (programs.has(program.id)) continue
      programs.add(program.id)
      helper.post({ program: program.id, module: program.module })
    }
    const { words } = this.arena
    Atomics.store(words, control.generation, this.generation + 1)
    Atomics.store(words, control.program, program.id)
    Atomics.store(words, control.stages, stages)
    Atomics.store(words, control.stageCount, stageCount)
    Atomics.store(words, control.base, this.base)
    Atomics.store(words, control.total, pieces)
    Atomics.store(words, control.reports, begins === null ? 0 : 1)
    this.generation = (this.generation + 2) | 0
    begins?.(this.generation)
    Atomics.store(words, control.generation, this.generation)
    Atomics.notify(words, control.generation)
  }

  /** Whether nothing is underway: all pieces are done, or all that were claimed before a halt. */
  private settled(base: number): boolean {
    const { words } = this.arena
    const halted = Atomics.load(words, control.halted)
    const done = (Atomics.load(words, control.done) - base) | 0
    return halted === 0 || (halted > 0 && done >= halted - 1)
  }

  /** Makes the counters ready for the next run. Gives how many pieces a halt left claimed, null where there was none. */
  private end(base: number, pieces: number): number | null {
    const { words } = this.arena
    const halted = Atomics.exchange(words, control.halted, 0)
    this.base = (base + pieces) | 0
    if (halted === 0) return null
    Atomics.store(words, control.done, this.base)
    return halted - 1
  }

  /** Starts the workers that are missing. */
  private recruit(): void {
    for (let number = 1; number <= this.size; number++) {
      if (this.members.has(number)) continue
      const member: Member = {
        programs: new Set(),
        helper: startHelper(workerSource, {
          message: (message) => this.receive(message),
          gone: (cause) => this.lost(number, member, cause),
        }),
      }
      this.members.set(number, member)
      member.helper.post({ memory: this.arena.memory, thread: number, erf: compiledErf() })
    }
  }

  private receive(message: unknown): void {
    const { ready, finished, failed, error } = message as Message
    const { pending } = this
    if (ready) this.proven = true
    if (pending === null) return
    if (finished === pending.generation) pending.resolve()
    if (failed === pending.generation) pending.reject(new Error(error))
  }

  private lost(number: number, member: Member, cause: unknown): void {
    if (this.members.get(number) !== member) return
    this.members.delete(number)
    member.helper.stop()
    // Where none could ever begin, there is no use in trying again.
    if (!this.proven) this.size = 0
    this.pending?.reject(new Error('a worker ended', { cause }))
  }
}

function stopped(cause: unknown): Error {
  return new Error('samkit: generated code of the wasm backend stopped; please report this', { cause })
}
