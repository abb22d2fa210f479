import { StepError } from '@samkit/core'
import { kernelKey } from '../kernels/device-kernel.ts'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import { type GpuInstance, type GpuJs, type GpuKernel, type GpuPipeline, kernelSettings } from './gpujs.ts'
import type { Runner } from './runner.ts'

/** A result as gpu.js gives it: rows of rows where threads stand in a grid. */
type Nested = Float32Array | readonly Nested[]

function flat(result: Nested): Float32Array {
  if (result instanceof Float32Array) return result
  const rows = result.map(flat)
  const out = new Float32Array(rows.reduce((count, row) => count + row.length, 0))
  let at = 0
  for (const row of rows) {
    out.set(row, at)
    at += row.length
  }
  return out
}

/** What gpu.js calls the modes, where a kernel says what it is. */
const reported: Readonly<Partial<Record<GpuMode, string>>> = {
  webgpu: 'webgpu',
  webasm: 'webasm',
}

/**
 * A program as one gpu.js pipeline: one submission to the device (or one call into WebAssembly), and one reading of all
 * results.
 */
export class Pipeline implements Runner {
  readonly bytes: number
  private readonly gpujs: GpuJs
  private readonly gpu: GpuInstance
  private readonly mode: GpuMode
  private readonly made: GpuKernel[] = []
  private readonly pipeline: GpuPipeline
  private running = 0
  private isChecked = false

  constructor(gpujs: GpuJs, gpu: GpuInstance, mode: GpuMode, program: DeviceProgram) {
    this.gpujs = gpujs
    this.gpu = gpu
    this.mode = mode
    this.bytes = program.kernels.reduce((sum, { size }) => sum + 4 * size, 0)
    this.pipeline = this.traced(program)
  }

  get isRunning(): boolean {
    return this.running > 0
  }

  get executor(): string {
    return this.pipeline.executorKind
  }

  async run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    this.running += 1
    try {
      const results = await this.pipeline(
        ...inputs.map((data) => new this.gpujs.Input(lent(data), [data.length])),
      )
      if (!this.isChecked) this.checkMode()
      return (results as readonly Nested[]).map(flat)
    } finally {
      this.running -= 1
    }
  }

  async destroy(): Promise<void> {
    await this.pipeline.destroy()
    for (const kernel of this.made) kernel.destroy()
  }

  private traced({ kernels, outputs, checks }: DeviceProgram): GpuPipeline {
    const shared = new Map<string, GpuKernel>()
    const results = [...outputs.filter((value) => value !== null), ...checks.map(({ value }) => value)]
    const orchestrate = (...handles: readonly unknown[]): unknown[] => {
      const values = new Map<number, unknown>(handles.entries())
      for (const own of kernels) {
        const { source, grid, width, inputs, output, steps } = own
        const key = kernelKey(own)
        const kernel = shared.get(key) ?? this.kernel(source, width === 1 ? grid : numbersOf(grid, width))
        shared.set(key, kernel)
        const args = inputs.map((value) => {
          if (values.has(value)) return values.get(value)
          throw new StepError(
            steps.at(-1) ?? 0,
            new Error(`samkit: gpu reads value ${value} before it is made; please report this`),
          )
        })
        values.set(output, kernel(...args))
      }
      return results.map((value) => values.get(value))
    }
    // gpu.js hands over as many arguments as the function says it has.
    Object.defineProperty(orchestrate, 'length', { value: inputCount(kernels) })
    return this.gpu.createPipeline(orchestrate)
  }

  private kernel(source: string, grid: readonly number[]): GpuKernel {
    const kernel = this.gpu.createKernel(source, { ...kernelSettings, output: grid })
    this.made.push(kernel)
    return kernel
  }

  /** Whether what ran is what was asked for: gpu.js falls back to slower modes with no more than a warning. */
  private checkMode(): void {
    const { backend, fallbackReason } = this.pipeline
    if (backend !== reported[this.mode]) {
      const why = fallbackReason === null ? '' : ` (${fallbackReason})`
      throw new Error(`gpu: gpu.js ran mode ${backend ?? 'none'} where ${this.mode} was asked for${why}`)
    }
    this.isChecked = true
  }
}

/** What threads in a grid give along each axis, each of them some neighbours. */
function numbersOf([x = 1, ...others]: readonly number[], width: number): number[] {
  return [x * width, ...others]
}

/**
 * An array that gpu.js reads in place: it would copy it with `slice`, in case it changes while the pipeline runs, which none
 * of ours does.
 */
function lent(data: Float32Array): Float32Array {
  const view = new Float32Array(data.buffer, data.byteOffset, data.length)
  return Object.defineProperty(view, 'slice', { value: () => view })
}

/** How many inputs a program has, as far as its kernels read them. */
function inputCount(kernels: DeviceProgram['kernels']): number {
  const made = new Set(kernels.map(({ output }) => output))
  return 1 + Math.max(-1, ...kernels.flatMap(({ inputs }) => inputs.filter((value) => !made.has(value))))
}
