import type { DeviceKernel } from '../kernels/device-kernel.ts'
import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import { type Argument, type DeviceValue, type Launch, type Texture, TextureValue } from './device-value.ts'
import type { GpuInstance, GpuJs } from './gpujs.ts'
import type { KernelCache, Wanted } from './kernel-cache.ts'
import type { Runner } from './runner.ts'

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
    const held = new Map(inputs.map((data, id) => [id, this.given(data)]))
    try {
      for (const [i, kernel] of this.program.kernels.entries()) {
        held.set(kernel.output, this.computed(kernel, held))
        for (const value of this.frees[i] ?? []) {
          held.get(value)?.delete()
          held.delete(value)
        }
      }
      const results = this.results.map((value) => valueIn(held, value).array())
      this.checkContext()
      return results
    } finally {
      for (const value of held.values()) value.delete()
      this.cache.trim()
    }
  }

  async destroy(): Promise<void> {}

  private computed(kernel: DeviceKernel, held: ReadonlyMap<number, DeviceValue>): DeviceValue {
    const { inputs, readings, size, width } = kernel
    const args = inputs.map((id, i) => valueIn(held, id).argument(readings[i] ?? 'numbers'))
    const result = this.launched(kernel, args)
    if (result instanceof Float32Array) return new ArrayValue(result, this.input(result))
    return new TextureValue(this.texture, size, width === 4 ? { packed: result } : { numbers: result })
  }

  private given(data: Float32Array): DeviceValue {
    const input = this.input(data)
    return this.mode === 'cpu'
      ? new ArrayValue(data, input)
      : new TextureValue(this.texture, data.length, { data: input })
  }

  private launched(wanted: Omit<Wanted, 'forms'>, args: readonly Argument[]): Texture | Float32Array {
    const kernel = this.cache.kernelOf({ ...wanted, forms: args.map(({ form }) => form) })
    const result = kernel(...args.map(({ value }) => value))
    this.cache.check(kernel)
    if (result instanceof Float32Array || isTexture(result)) return result
    throw new Error('gpu: gpu.js gave neither an array nor a texture')
  }

  private readonly texture: Launch = (wanted, args) => {
    const result = this.launched(wanted, args)
    if (isTexture(result)) return result
    throw new Error('gpu: gpu.js gave an array where a texture was asked for')
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

/** A value in mode `cpu`. */
class ArrayValue implements DeviceValue {
  private readonly data: Float32Array
  private readonly input: object

  constructor(data: Float32Array, input: object) {
    this.data = data
    this.input = input
  }

  argument(): Argument {
    return { form: 'data', value: this.input }
  }

  array(): Float32Array {
    return this.data
  }

  delete(): void {}
}

function isTexture(result: unknown): result is Texture {
  return typeof result === 'object' && result !== null && 'renderValues' in result
}

function valueIn(held: ReadonlyMap<number, DeviceValue>, id: number): DeviceValue {
  const value = held.get(id)
  if (value === undefined)
    throw new Error(`samkit: gpu reads value ${id} before it is made; please report this`)
  return value
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
