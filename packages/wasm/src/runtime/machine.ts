import type { Kernel } from '@samkit/core/compiler'
import type { Features, Generated } from '../kernels/generator.ts'
import { Arena } from './arena.ts'
import { Breath } from './breath.ts'
import { controlBytes } from './control.ts'
import type { Drivers } from './driver.ts'
import type { Frame } from './frame.ts'
import type { Segment } from './frame-layout.ts'
import { mathImports } from './imports.ts'
import { pieceCost } from './stages.ts'
import { type LoadedProgram, Team } from './team.ts'

/** How a machine is made. */
export interface MachineOptions {
  readonly features: Features
  /** Threads that compute together. */
  readonly threads: number
  /** Whether this thread may wait for the others: then it is one of them. */
  readonly waits: boolean
  readonly maxMemory?: number | undefined
  /** The nanoseconds that a piece of work should take. Results are the same bits for any. */
  readonly pieceCost?: number
  /** Makes a kernel ready; null for a primitive without one. */
  readonly generate: (kernel: Kernel, features: Features) => Generated | null
}

/** What a program holds in memory, and beyond it in the workers. */
export interface Holdings {
  readonly program: LoadedProgram
  /** Frames that no run uses now. */
  readonly frames: Frame[]
}

/** What programs run on: one memory, and the threads that share it. */
export class Machine {
  readonly arena: Arena
  readonly features: Features
  readonly threads: number
  readonly generate: MachineOptions['generate']
  /** Null where this thread computes alone. */
  readonly team: Team | null
  /** Whether runs leave this thread free, and so are asynchronous. */
  readonly apart: boolean
  readonly breath: Breath
  readonly pieceCost: number
  /** Runs so far. */
  runs = 0
  private readonly math = mathImports()
  private programs = 0
  private readonly registry = new FinalizationRegistry<Holdings>((holdings) => this.release(holdings))
  /** Settles when the last run that was asked for has ended. */
  private last: Promise<unknown> = Promise.resolve()

  constructor({
    features,
    threads,
    waits,
    maxMemory,
    generate,
    pieceCost: least = pieceCost,
  }: MachineOptions) {
    const shared = features.sharedMemory && threads > 1
    this.features = { ...features, sharedMemory: shared }
    this.threads = shared ? threads : 1
    this.generate = generate
    this.pieceCost = least
    this.apart = shared && !waits
    this.arena = new Arena({
      shared,
      reserved: controlBytes,
      ...(maxMemory !== undefined && { maximum: maxMemory }),
    })
    this.breath = new Breath(this.arena)
    this.team = shared ? new Team(this.arena, waits ? threads - 1 : threads) : null
  }

  /** The highest number of a thread, plus 1: this one is number 0, also where it takes no part. */
  get places(): number {
    return this.apart ? this.threads + 1 : this.threads
  }

  /** Gives back what `owner` holds when nobody holds it any more. */
  watch(owner: object, holdings: Holdings): void {
    this.registry.register(owner, holdings)
  }

  private release({ program, frames }: Holdings): void {
    for (const frame of frames.splice(0)) frame.dispose()
    this.team?.forget(program.id)
  }

  /** Begins when all runs before it have ended. */
  queue<T>(run: () => Promise<T>): Promise<T> {
    const result = this.last.then(run)
    this.last = result.catch(() => {})
    return result
  }

  /** Runs stages on this thread, with the others where it may wait for them and that is worth it. */
  runHere(program: LoadedProgram, segment: Segment, frame: number): void {
    const { stageCount, pieces, parallel } = segment
    const stages = frame + segment.stages
    if (this.team === null || this.apart || !parallel) program.drivers.solo(stages, stageCount, 0)
    else this.team.runHere({ program, stages, stageCount, pieces })
  }

  /** Runs stages on the workers. */
  async runApart(program: LoadedProgram, segment: Segment, frame: number): Promise<void> {
    const { stageCount, pieces } = segment
    await this.team?.runThere({ program, stages: frame + segment.stages, stageCount, pieces })
  }

  /** Makes a compiled module ready to run. */
  load(module: WebAssembly.Module): LoadedProgram {
    const { memory } = this.arena
    const { exports } = new WebAssembly.Instance(module, { math: this.math, samkit: { memory } })
    const drivers: Drivers = {
      solo: exports.solo as Drivers['solo'],
      drive: exports.drive as Drivers['drive'],
      halt: exports.halt as Drivers['halt'],
    }
    return { id: this.programs++, module, drivers }
  }
}
