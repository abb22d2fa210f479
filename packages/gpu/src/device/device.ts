import type { Dialect } from '../math/dialect.ts'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import type { GpuInstance, GpuJs } from './gpujs.ts'
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
}

/**
 * One gpu.js instance, and the pipelines on it, the one used longest ago first. Nothing is kept on it between runs, so
 * a device that was lost is made anew and nothing is missing.
 */
export class Device {
  readonly mode: GpuMode
  private readonly gpujs: GpuJs
  private readonly dialect: Dialect
  private readonly limits: DeviceLimits
  private gpu: GpuInstance | null = null
  private readonly pipelines = new Map<DeviceProgram, Runner>()
  private cache: KernelCache | null = null
  private kernels = 0

  constructor(gpujs: GpuJs, mode: GpuMode, dialect: Dialect, limits: DeviceLimits) {
    this.gpujs = gpujs
    this.mode = mode
    this.dialect = dialect
    this.limits = limits
  }

  get use(): DeviceUse {
    let bytes = 0
    for (const pipeline of this.pipelines.values()) bytes += pipeline.bytes
    return { pipelines: this.pipelines.size, bytes, kernels: this.kernels }
  }

  /**
   * Runs a program on inputs; gives its outputs, and the values of its checks.
   *
   * @throws Error when another mode ran than was asked for, the device was lost, or its memory is full.
   */
  async run(program: DeviceProgram, inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    const pipeline = this.pipelineOf(program)
    try {
      return await pipeline.run(inputs)
    } catch (error) {
      // Whatever went wrong, the next run begins with a new one; where the device is lost, with a new device.
      this.pipelines.delete(program)
      if (this.isLost()) this.forget()
      else await pipeline.destroy()
      throw error
    }
  }

  /** Gives everything back. */
  async dispose(): Promise<void> {
    const { gpu } = this
    const pipelines = [...this.pipelines.values()]
    this.pipelines.clear()
    this.cache = null
    this.gpu = null
    for (const pipeline of pipelines) await pipeline.destroy()
    await gpu?.destroy()
  }

  private pipelineOf(program: DeviceProgram): Runner {
    const known = this.pipelines.get(program)
    if (known !== undefined) {
      this.pipelines.delete(program)
      this.pipelines.set(program, known)
      return known
    }
    if (this.isLost()) this.forget()
    this.gpu ??= this.made()
    const pipeline = this.runner(this.gpu, program)
    this.kernels += program.kernels.length
    this.pipelines.set(program, pipeline)
    this.evict(pipeline)
    return pipeline
  }

  private runner(gpu: GpuInstance, program: DeviceProgram): Runner {
    const { gpujs, mode } = this
    if (mode === 'webgpu' || mode === 'webasm') return new Pipeline(gpujs, gpu, mode, program)
    this.cache ??= new KernelCache(gpu, mode)
    return new Launches(gpujs, gpu, mode, this.cache, program)
  }

  private made(): GpuInstance {
    const gpu = new this.gpujs.GPU({ mode: this.mode })
    for (const { source, arguments: count } of this.dialect.helpers) {
      const argumentTypes = new Array<string>(count).fill('Number')
      gpu.addFunction(source, { returnType: 'Number', argumentTypes })
    }
    return gpu
  }

  private evict(newest: Runner): void {
    for (const [program, pipeline] of this.pipelines) {
      const { pipelines, bytes } = this.use
      if (pipelines <= this.limits.pipelines && bytes <= this.limits.bytes) return
      if (pipeline === newest || pipeline.isRunning) continue
      this.pipelines.delete(program)
      void pipeline.destroy()
    }
  }

  private isLost(): boolean {
    return this.gpu?.context?.isContextLost?.() === true
  }

  /** Lets go of a device that is gone: nothing on it can be given back any more. */
  private forget(): void {
    this.pipelines.clear()
    this.cache = null
    this.gpu = null
  }
}
