import type { HostArray, TensorSpec, TypedArray } from '../graph/dtype.ts'
import type { DeviceBuffer } from '../graph/storage.ts'
import type { Primitive } from '../graph/tensor.ts'
import type { Backend } from './backend.ts'
import { type InterpreterOptions, interpreterBackend, type Kernel } from './interpreter.ts'

/** A buffer that knows whether it was given back. */
class ToyBuffer implements DeviceBuffer {
  readonly owner: ToyMemory
  private held: TypedArray | null

  constructor(owner: ToyMemory, data: TypedArray) {
    this.owner = owner
    this.held = data
    owner.made += 1
    owner.live += 1
    owner.mostLive = Math.max(owner.mostLive, owner.live)
  }

  get data(): TypedArray {
    if (this.held === null) throw new Error('a buffer was read after it was given back')
    return this.held
  }

  dispose(): void {
    if (this.held === null) throw new Error('a buffer was given back twice')
    this.held = null
    this.owner.live -= 1
  }
}

/** What a toy backend counts. */
export interface ToyMemory {
  /** Buffers made since the start. */
  made: number
  /** Buffers that were not given back. */
  live: number
  /** The most that were live at one time. */
  mostLive: number
}

/** A toy backend and its books. */
export interface Toy {
  readonly backend: Backend
  readonly memory: ToyMemory
  /** How often each primitive's kernel ran. */
  readonly calls: Map<string, number>
  /** How often `compile` was called. */
  compiled: number
}

/** What a toy backend does otherwise than run reference kernels. */
export interface ToyOptions
  extends Partial<Pick<InterpreterOptions<ToyBuffer>, 'name' | 'dtypes' | 'fallback'>> {
  /** Primitives without a kernel. */
  readonly missing?: readonly string[]
  /** Called before each kernel; what it throws, the kernel throws. */
  before?(primitive: Primitive): void
  /** Called before each upload; what it throws, the upload throws. */
  beforeUpload?(): void
}

/** A backend over the reference kernels that counts buffers and calls, and refuses to read what was given back. */
export function toyBackend({
  name = 'toy',
  missing = [],
  before,
  beforeUpload,
  ...options
}: ToyOptions = {}): Toy {
  const memory: ToyMemory = { made: 0, live: 0, mostLive: 0 }
  const calls = new Map<string, number>()
  const kernelOf = (primitive: Primitive): Kernel<ToyBuffer> => {
    return (inputs, attrs, output) => {
      before?.(primitive)
      calls.set(primitive.name, (calls.get(primitive.name) ?? 0) + 1)
      const arrays: HostArray[] = inputs.map(({ buffer, shape, dtype }) => ({
        shape,
        dtype,
        data: buffer.data,
      }))
      return new ToyBuffer(memory, primitive.reference(arrays, attrs, output))
    }
  }
  const inner = interpreterBackend<ToyBuffer>({
    ...options,
    name,
    upload: (data) => {
      beforeUpload?.()
      return new ToyBuffer(memory, data)
    },
    download: ({ data }) => data,
    kernel: (primitive) => (missing.includes(primitive.name) ? undefined : kernelOf(primitive)),
  })
  const toy: Toy = {
    memory,
    calls,
    compiled: 0,
    backend: {
      ...inner,
      compile: (plan) => {
        toy.compiled += 1
        return inner.compile(plan)
      },
    },
  }
  return toy
}

/** The same backend, answering late. */
export function later(backend: Backend, name: string = `late ${backend.name}`): Backend {
  const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
  const { upload, download, dispose } = backend
  return {
    name,
    capabilities: { ...backend.capabilities, sync: false },
    upload,
    download: async (buffer: DeviceBuffer, spec: TensorSpec) => {
      await tick()
      return download(buffer, spec)
    },
    compile: async (plan) => {
      await tick()
      const executable = await backend.compile(plan)
      return {
        fallbacks: executable.fallbacks,
        run: async (inputs) => {
          await tick()
          return executable.run(inputs)
        },
      }
    },
    dispose,
  }
}
