import {
  allocate,
  type DeviceBuffer,
  type Executable,
  type HostArray,
  type Plan,
  StepError,
  sizeOf,
} from '@samkit/core'
import { lower, type Place, type Program, rewritePlan } from '@samkit/core/compiler'
import { assemble } from './assembly.ts'
import { bytesOf, WasmBuffer } from './buffer.ts'
import { Frame } from './frame.ts'
import { type FrameLayout, layOutFrame, type Segment } from './frame-layout.ts'
import type { Machine } from './machine.ts'
import { OutOfMemoryError } from './out-of-memory.ts'
import { type HostCall, isHostCall, partsOf, workspaceOf } from './prepare.ts'
import type { LoadedProgram } from './team.ts'

/** A program made ready for a machine. */
interface Ready {
  readonly program: Program
  readonly layout: FrameLayout
  readonly loaded: LoadedProgram
  /** What it does, in order. */
  readonly parts: readonly (Segment | HostCall)[]
  /** The bytes of each output. */
  readonly outputBytes: readonly number[]
  readonly functions: number
}

function makeReady(machine: Machine, asked: Plan): Ready {
  const { plan, origins } = rewritePlan(asked)
  const program = lower(plan, { workspace: (kernel) => workspaceOf(machine, kernel) })
  const parts = partsOf(machine, program, origins)
  const groups = parts.flatMap((part) => (isHostCall(part) ? [] : [part]))
  const { module, functions, placeOf } = assemble(groups.flat(2), machine.arena)
  const layout = layOutFrame(groups, program, placeOf, machine.places)
  const segments = layout.segments.values()
  return {
    program,
    layout,
    loaded: machine.load(module),
    parts: parts.map((part) => (isHostCall(part) ? part : (segments.next().value as Segment))),
    outputBytes: plan.outputs.map((id) => bytesOf(plan.values[id] ?? { shape: [], dtype: 'f64' })),
    functions,
  }
}

/** What a run holds. */
interface Run {
  readonly frame: Frame
  readonly inputs: readonly WasmBuffer[]
  readonly outputs: readonly WasmBuffer[]
  readonly scratch: WasmBuffer
}

/** Makes a plan ready to run on a machine. */
export class WasmExecutable implements Executable {
  readonly fallbacks: readonly string[]
  /** How many functions were generated for it. */
  readonly functions: number
  private readonly machine: Machine
  private readonly ready: Ready
  /** Frames that no run uses now. */
  private readonly frames: Frame[] = []

  constructor(machine: Machine, plan: Plan) {
    this.machine = machine
    this.ready = makeReady(machine, plan)
    this.functions = this.ready.functions
    machine.watch(this, { program: this.ready.loaded, frames: this.frames })
    const hostCalls = this.ready.parts.filter((part) => 'kernel' in part)
    this.fallbacks = [...new Set(hostCalls.map(({ kernel }) => kernel.primitive.name))]
  }

  run(inputs: readonly DeviceBuffer[]): readonly DeviceBuffer[] | Promise<readonly DeviceBuffer[]> {
    const { machine } = this
    const buffers = inputs as readonly WasmBuffer[]
    if (machine.apart) return machine.queue(() => this.runApart(buffers))
    if (machine.breath.due) return machine.breath.take().then(() => this.runOrReclaim(buffers))
    return this.runOrReclaim(buffers)
  }

  /** Runs on this thread, without the workers of a machine that works apart. */
  runSync(inputs: readonly DeviceBuffer[]): readonly DeviceBuffer[] {
    const { machine, ready } = this
    const run = this.begin(inputs as readonly WasmBuffer[])
    try {
      for (const part of ready.parts) {
        if ('kernel' in part) this.onHost(part, run)
        else machine.runHere(ready.loaded, part, run.frame.address)
      }
      this.check(run)
    } catch (error) {
      for (const output of run.outputs) output.dispose()
      throw error
    } finally {
      this.end(run)
    }
    return run.outputs
  }

  /** Runs at once; where memory is short, after the garbage collector had its chance. */
  private runOrReclaim(
    inputs: readonly WasmBuffer[],
  ): readonly DeviceBuffer[] | Promise<readonly DeviceBuffer[]> {
    try {
      return this.runSync(inputs)
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error
      return this.machine.breath.deep().then(() => this.runSync(inputs))
    }
  }

  /** Runs on the workers. */
  private async runApart(inputs: readonly WasmBuffer[]): Promise<readonly DeviceBuffer[]> {
    const { machine, ready } = this
    if (machine.breath.due) await machine.breath.take()
    const run = await this.beginOrReclaim(inputs)
    try {
      for (const part of ready.parts) {
        if ('kernel' in part) this.onHost(part, run)
        else await machine.runApart(ready.loaded, part, run.frame.address)
      }
      this.check(run)
    } catch (error) {
      for (const output of run.outputs) output.dispose()
      throw error
    } finally {
      this.end(run)
    }
    return run.outputs
  }

  private begin(inputs: readonly WasmBuffer[]): Run {
    const { machine, ready, frames } = this
    machine.runs += 1
    const taken: WasmBuffer[] = []
    const take = (bytes: number): WasmBuffer => {
      const buffer = new WasmBuffer(machine.arena, bytes)
      taken.push(buffer)
      return buffer
    }
    try {
      const scratch = take(ready.layout.scratchBytes)
      const outputs = ready.outputBytes.map(take)
      const frame = frames.pop() ?? new Frame(ready.layout, machine.arena)
      frame.bind({ inputs, outputs, scratch: scratch.address })
      return { frame, inputs, outputs, scratch }
    } catch (error) {
      for (const buffer of taken) buffer.dispose()
      throw error
    }
  }

  private async beginOrReclaim(inputs: readonly WasmBuffer[]): Promise<Run> {
    try {
      return this.begin(inputs)
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error
      await this.machine.breath.deep()
      return this.begin(inputs)
    }
  }

  private end({ frame, scratch }: Run): void {
    this.frames.push(frame)
    scratch.dispose()
  }

  /** Throws what the first kernel that failed, in the plan's order, has met. */
  private check({ frame }: Run): void {
    let first: StepError | null = null
    for (const { kernel, word } of this.ready.layout.watched) {
      const value = frame.failure(word)
      const step = kernel.steps[0] ?? 0
      if (value === null || (first !== null && first.step <= step)) continue
      first = new StepError(step, kernel.generated.failure?.(value))
    }
    if (first !== null) throw first
  }

  private onHost({ kernel, steps, guard }: HostCall, run: Run): void {
    const { arena } = this.machine
    if (guard !== null) {
      const [bool] = arena.view(this.addressOf(guard, run) + guard.offset, 'bool', 1)
      if ((bool !== 0) !== guard.sense) return
    }
    const { primitive, attrs, inputs, output } = kernel
    try {
      const arrays = inputs.map((place): HostArray => {
        const { shape, dtype } = place
        const length = sizeOf(shape)
        const data = length === 0 ? allocate(dtype, 0) : arena.read(this.addressOf(place, run), dtype, length)
        return { shape, dtype, data }
      })
      const { shape, dtype } = output
      const data = primitive.reference(arrays, attrs, { shape, dtype })
      arena.view(this.addressOf(output, run), dtype, data.length).set(data)
    } catch (error) {
      throw new StepError(steps[0] ?? 0, error)
    }
  }

  private addressOf({ buffer }: Pick<Place, 'buffer'>, { inputs, outputs, scratch }: Run): number {
    const known = this.ready.program.buffers[buffer]
    if (known?.kind === 'input') return inputs[known.input]?.address ?? 0
    if (known?.kind === 'output') return outputs[known.output]?.address ?? 0
    return scratch.address + (known?.start ?? 0)
  }
}
