import { StepError } from '@samkit/core'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import type { GpuInstance, GpuJs, GpuKernel, GpuPipeline } from './gpujs.ts'

/** What gpu.js calls the modes, where a kernel says what it is. */
const reported: Readonly<Record<GpuMode, string>> = {
  webgpu: 'webgpu',
  webgl2: 'gpu',
  headlessgl: 'gpu',
  webasm: 'webasm',
  cpu: 'cpu',
}

/** A program as one gpu.js pipeline: intermediate values stay on the device, results are read back once. */
export class Pipeline {
  /** How many kernels it has. */
  readonly kernels: number
  /** About how many bytes its intermediate values take on the device. */
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
    this.kernels = program.kernels.length
    this.bytes = program.kernels.reduce((sum, { size }) => sum + 4 * size, 0)
    this.pipeline = this.traced(program)
  }

  get isRunning(): boolean {
    return this.running > 0
  }

  /** What ran: gpu.js's name of the mode, and of the way in which it ran the pipeline. */
  get ran(): { readonly backend: string | null; readonly executor: string } {
    return { backend: this.pipeline.backend, executor: this.pipeline.executorKind }
  }

  async run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    this.running += 1
    try {
      const results = await this.pipeline(...inputs.map((data) => new this.gpujs.Input(data, [data.length])))
      if (!this.isChecked) this.checkMode()
      this.checkContext()
      return results as Float32Array[]
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
      for (const { source, size, inputs, output, steps } of kernels) {
        const key = `${size} ${source}`
        const kernel = shared.get(key) ?? this.kernel(source, size)
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
    const count = 1 + Math.max(-1, ...kernels.flatMap(({ inputs }) => inputs))
    Object.defineProperty(orchestrate, 'length', { value: Math.min(count, this.inputCount(kernels)) })
    return this.gpu.createPipeline(orchestrate)
  }

  private inputCount(kernels: DeviceProgram['kernels']): number {
    const made = new Set(kernels.map(({ output }) => output))
    return 1 + Math.max(-1, ...kernels.flatMap(({ inputs }) => inputs.filter((value) => !made.has(value))))
  }

  private kernel(source: string, size: number): GpuKernel {
    // Loops that gpu.js takes for unsafe stop at 1,000 rounds unless told otherwise.
    const kernel = this.gpu.createKernel(source, {
      output: [size],
      precision: 'single',
      tactic: 'precision',
      loopMaxIterations: 1e9,
    })
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

  /** A lost context reads as zeros, and a full memory as well. */
  private checkContext(): void {
    if (reported[this.mode] !== 'gpu') return
    const { context } = this.gpu
    if (context?.isContextLost?.() === true) {
      throw new Error('gpu: the WebGL context was lost while this ran; the next run makes a new one')
    }
    const code = context?.getError?.() ?? 0
    if (code === 0x0505) throw new Error('gpu: the memory of the WebGL device is full')
    if (code !== 0) throw new Error(`gpu: WebGL failed with error 0x${code.toString(16).padStart(4, '0')}`)
  }
}
