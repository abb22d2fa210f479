import { type DeviceKernel, kernelKey } from '../kernels/device-kernel.ts'
import type { GpuMode } from '../mode.ts'
import { type GpuInstance, type GpuKernel, kernelSettings } from './gpujs.ts'

/**
 * How an argument lies: as gpu.js takes it from the host, a number in each place of a texture, or four, which are read by
 * numbers or as vectors. gpu.js compiles each otherwise.
 */
export type Form = 'data' | 'numbers' | 'packed' | 'vectors'

/** What tells kernels apart. */
export interface Wanted extends Pick<DeviceKernel, 'source' | 'grid' | 'inputSizes'> {
  readonly forms: readonly Form[]
}

/** The most kernels that are kept: each is a compiled shader. */
const most = 2048

/** Compiled kernels by what they compute, those used longest ago first. Programs share them. */
export class KernelCache {
  private readonly gpu: GpuInstance
  private readonly mode: GpuMode
  private readonly kernels = new Map<string, GpuKernel>()
  private compiled = 0

  constructor(gpu: GpuInstance, mode: GpuMode) {
    this.gpu = gpu
    this.mode = mode
  }

  /** How many kernels were compiled so far. */
  get count(): number {
    return this.compiled
  }

  /** The kernel of a source for sizes. */
  kernelOf(wanted: Wanted): GpuKernel {
    const { source, grid, forms } = wanted
    const key = `${forms.join()} ${kernelKey(wanted)}`
    const known = this.kernels.get(key)
    if (known !== undefined) {
      this.kernels.delete(key)
      this.kernels.set(key, known)
      return known
    }
    const kernel = this.gpu.createKernel(source, {
      ...kernelSettings,
      output: grid,
      pipeline: true,
      // A result stays what it is when the kernel runs again.
      immutable: true,
    })
    this.compiled += 1
    this.kernels.set(key, kernel)
    return kernel
  }

  /**
   * Whether a kernel that ran is of the mode that was asked for: gpu.js falls back to others with no more than a warning.
   *
   * @throws Error when it is not.
   */
  check({ kernel }: GpuKernel): void {
    const { mode } = kernel.constructor
    const asked = this.mode === 'cpu' ? 'cpu' : 'gpu'
    if (mode === asked) return
    const why = kernel.fallbackReason ? ` (${kernel.fallbackReason})` : ''
    throw new Error(`gpu: gpu.js ran mode ${mode} where ${this.mode} was asked for${why}`)
  }

  /** Destroys kernels beyond what is kept. Not while results of them are needed. */
  trim(): void {
    for (const [key, kernel] of this.kernels) {
      if (this.kernels.size <= most) return
      this.kernels.delete(key)
      kernel.destroy()
    }
  }
}
