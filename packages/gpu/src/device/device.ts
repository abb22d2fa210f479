import type { Dialect } from '../math/dialect.ts'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import { useFlatVectors } from './flat-vectors.ts'
import type { GpuJs, WebGpuContext } from './gpujs.ts'
import { type Held, isLost, wasLost } from './held.ts'
import { KernelCache } from './kernel-cache.ts'
import { Launches } from './launches.ts'
import { Pipeline } from './pipeline.ts'
import type { Runner } from './runner.ts'

/** How much a device may hold for pipelines that are not running. */
export interface DeviceLimits {
  /** Pipelines at most. */
  readonly pipelines: number
  /** Bytes of their intermediate values at most. */
  readonly bytes: number
}

/** What a device did so far, and what it holds. */
export interface DeviceUse {
  readonly pipelines: number
  readonly bytes: number
  readonly kernels: number
  /**
   * How gpu.js runs those pipelines: `fused-encoder` (webgpu) or `fused-sync` and `fused-threaded` (webasm) as a whole, `generic`
   * where it declined to, `launches` kernel by kernel.
   */
  readonly executors: readonly string[]
}

/**
 * One gpu.js instance at a time, and the pipelines on it. Nothing is kept there between runs that cannot be made again, so
 * that a device that was lost is replaced by another and nothing is missing.
 */
export class Device {
  readonly mode: GpuMode
  private readonly gpujs: GpuJs
  readonly dialect: Dialect
  private readonly limits: DeviceLimits
  private held: Held | null = null
  private kernels = 0
  private isDisposed = false

  constructor(gpujs: GpuJs, mode: GpuMode, dialect: Dialect, limits: DeviceLimits) {
    this.gpujs = gpujs
    this.mode = mode
    this.dialect = dialect
    this.limits = limits
  }

  get use(): DeviceUse {
    const pipelines = [...(this.held?.pipelines.values() ?? [])]
    const bytes = pipelines.reduce((sum, pipeline) => sum + pipeline.bytes, 0)
    const executors = [...new Set(pipelines.map(({ executor }) => executor))].sort()
    return { pipelines: pipelines.length, bytes, kernels: this.kernels, executors }
  }

  /**
   * Runs a program on inputs; gives its outputs, and the values of its checks.
   *
   * @throws Error when another mode ran than was asked for, the device was lost, or its memory is full.
   */
  async run(program: DeviceProgram, inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    const held = await this.ready()
    const pipeline = this.pipelineOf(held, program)
    try {
      return await pipeline.run(inputs)
    } catch (error) {
      // Whatever went wrong, the next run begins with a new pipeline, or a new device.
      if (held.pipelines.get(program) === pipeline) held.pipelines.delete(program)
      if (await wasLost(held)) {
        if (this.held === held) this.held = null
        const lost = `gpu: the device of mode ${this.mode} was lost while this ran; the next run makes a new one`
        throw new Error(lost, { cause: error })
      }
      await pipeline.destroy()
      throw error
    }
  }

  /** Gives everything back. */
  async dispose(): Promise<void> {
    const { held } = this
    this.isDisposed = true
    this.held = null
    if (held === null || isLost(held)) return
    for (const pipeline of held.pipelines.values()) await pipeline.destroy()
    held.pipelines.clear()
    await held.gpu.destroy()
  }

  /** The instance, on a device that is there. */
  private async ready(): Promise<Held> {
    const webgpu = this.mode === 'webgpu' ? await this.gpujs.WebGPUContext.acquire() : null
    if (this.isDisposed) throw new Error('this gpu backend was disposed while it ran')
    if (this.held !== null && isLost(this.held)) this.held = null
    this.held ??= this.made(webgpu)
    return this.held
  }

  private made(webgpu: WebGpuContext | null): Held {
    const { mode } = this
    const gpu = new this.gpujs.GPU({ mode })
    if (this.dialect.vectors === 'flat') useFlatVectors(this.gpujs, gpu)
    for (const { source, arguments: count } of this.dialect.helpers) {
      const argumentTypes = new Array<string>(count).fill('Number')
      gpu.addFunction(source, { returnType: 'Number', argumentTypes })
    }
    return { mode, gpu, webgpu, cache: new KernelCache(gpu, mode), pipelines: new Map() }
  }

  private pipelineOf(held: Held, program: DeviceProgram): Runner {
    const { pipelines } = held
    const known = pipelines.get(program)
    if (known !== undefined) {
      pipelines.delete(program)
      pipelines.set(program, known)
      return known
    }
    const pipeline = this.runner(held, program)
    this.kernels += program.kernels.length
    pipelines.set(program, pipeline)
    this.evict(held, pipeline)
    return pipeline
  }

  private runner({ gpu, cache }: Held, program: DeviceProgram): Runner {
    const { gpujs, mode } = this
    if (mode === 'webgpu' || mode === 'webasm') return new Pipeline(gpujs, gpu, mode, program)
    return new Launches(gpujs, gpu, mode, cache, program)
  }

  private evict(held: Held, newest: Runner): void {
    for (const [program, pipeline] of held.pipelines) {
      const { pipelines, bytes } = this.use
      if (pipelines <= this.limits.pipelines && bytes <= this.limits.bytes) return
      if (pipeline === newest || pipeline.isRunning) continue
      held.pipelines.delete(program)
      void pipeline.destroy()
    }
  }
}
