import type { DeviceKernel } from '../kernels/device-kernel.ts'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import type { GpuInstance, GpuJs } from './gpujs.ts'
import type { KernelCache } from './kernel-cache.ts'
import type { Runner } from './runner.ts'

/** A value on the device: a texture, or in mode `cpu` an array. */
interface Held {
  toArray?(): Float32Array
  delete?(): void
  type?: string
  output?: readonly number[]
}

const copy = 'function (a) {\n  return a[this.thread.x];\n}'

/**
 * A program launched kernel after kernel, for the modes where a pipeline of gpu.js does no more than that: a pipeline there
 * compiles a kernel anew for every place it is called from, while these share one for each source, and give each
 * texture back after its last use.
 */
export class Launches implements Runner {
  readonly bytes: number = 0
  readonly isRunning: boolean = false
  readonly executor: string = 'launches'
  private readonly gpujs: GpuJs
  private readonly gpu: GpuInstance
  private readonly mode: GpuMode
  private readonly cache: KernelCache
  private readonly program: DeviceProgram
  private readonly results: readonly number[]
  /** For each kernel the values that are read there for the last time. */
  private readonly frees: readonly (readonly number[])[]

  constructor(gpujs: GpuJs, gpu: GpuInstance, mode: GpuMode, cache: KernelCache, program: DeviceProgram) {
    this.gpujs = gpujs
    this.gpu = gpu
    this.mode = mode
    this.cache = cache
    this.program = program
    this.results = [
      ...program.outputs.filter((value) => value !== null),
      ...program.checks.map(({ value }) => value),
    ]
    this.frees = lastUses(program.kernels, new Set(this.results))
  }

  /** All in one go: nothing else runs on the device meanwhile. */
  async run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    const held = new Map<number, Held>()
    try {
      for (const [i, kernel] of this.program.kernels.entries()) {
        held.set(kernel.output, this.launch(kernel, held, inputs))
        for (const value of this.frees[i] ?? []) {
          held.get(value)?.delete?.()
          held.delete(value)
        }
      }
      const results = this.results.map((value) => arrayOf(held.get(value)))
      this.checkContext()
      return results
    } finally {
      for (const value of held.values()) value.delete?.()
      this.cache.trim()
    }
  }

  async destroy(): Promise<void> {}

  private launch(own: DeviceKernel, held: Map<number, Held>, inputs: readonly Float32Array[]): Held {
    const { inputs: ids, output } = own
    const args = ids.map((id) => {
      const known = held.get(id) ?? this.upload(id, inputs)
      held.set(id, known)
      return this.mode === 'cpu' ? this.input(arrayOf(known)) : known
    })
    const kernel = this.cache.kernelOf(own)
    const result = kernel(...args) as Held
    this.cache.check(kernel)
    if (result === undefined || result === null) throw new Error(`gpu: gpu.js gave no value ${output}`)
    if (own.width === 4) readByNumbers(result, own.size)
    return result
  }

  private upload(id: number, inputs: readonly Float32Array[]): Held {
    const data = inputs[id]
    if (data === undefined)
      throw new Error(`samkit: gpu reads value ${id} before it is made; please report this`)
    if (this.mode === 'cpu') return data as Held
    const kernel = this.cache.kernelOf({
      source: copy,
      grid: [data.length],
      inputSizes: [data.length],
      inputWidths: [1],
    })
    const texture = kernel(this.input(data)) as Held
    this.cache.check(kernel)
    return texture
  }

  private input(data: Float32Array): object {
    return new this.gpujs.Input(data, [data.length])
  }

  /** A lost context reads as zeros, and a full memory as well. */
  private checkContext(): void {
    const { context } = this.gpu
    if (this.mode === 'cpu' || context === null) return
    if (context.isContextLost?.() === true) {
      throw new Error('gpu: the WebGL context was lost while this ran; the next run makes a new one')
    }
    const code = context.getError?.() ?? 0
    if (code === 0x0505) throw new Error('gpu: the memory of the WebGL device is full')
    if (code !== 0) throw new Error(`gpu: WebGL failed with error 0x${code.toString(16).padStart(4, '0')}`)
  }
}

/**
 * Makes a texture of vectors one that later kernels read number by number: those that gpu.js packs itself, four to a place,
 * lie just so. The handle is this result's alone, as the kernel is `immutable`.
 */
function readByNumbers(texture: Held, size: number): void {
  texture.type = 'MemoryOptimizedNumberTexture'
  texture.output = [size]
}

function arrayOf(value: Held | undefined): Float32Array {
  if (value === undefined) throw new Error('samkit: gpu has lost a value; please report this')
  if (value instanceof Float32Array) return value
  if (value.toArray === undefined) throw new Error('gpu: gpu.js gave neither an array nor a texture')
  return value.toArray()
}

function lastUses(kernels: readonly DeviceKernel[], kept: ReadonlySet<number>): number[][] {
  const seen = new Set(kept)
  const frees: number[][] = kernels.map(() => [])
  for (let i = kernels.length - 1; i >= 0; i--) {
    const { inputs = [], output = -1 } = kernels[i] ?? {}
    for (const value of [...inputs, output]) {
      if (seen.has(value)) continue
      seen.add(value)
      frees[i]?.push(value)
    }
  }
  return frees
}
