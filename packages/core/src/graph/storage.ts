import { bytesPerElement, type TensorSpec, type TypedArray } from './dtype.ts'
import { sizeOf } from './shape.ts'

/** Memory on a backend. Each backend adds what it needs to find the bytes again. */
export interface DeviceBuffer {
  /** Gives the memory back. Called once, by samkit; users dispose tensors, not buffers. */
  dispose(): void
}

/** How many values are held, and their size: what a leak test looks at. */
export interface MemoryStats {
  /** Values that hold memory, on the host or on a backend. */
  readonly values: number
  /** Their bytes, each value counted once however many backends have a copy. */
  readonly bytes: number
}

let values = 0
let totalBytes = 0

/** What samkit's tensors hold right now, over all backends. */
export function memoryStats(): MemoryStats {
  return { values, bytes: totalBytes }
}

/** What must be given back when a storage ends; apart from it, so that the registry does not keep it alive. */
class Holdings {
  readonly buffers = new Map<object, DeviceBuffer>()
  readonly bytes: number
  private released = false

  constructor(bytes: number) {
    this.bytes = bytes
    values += 1
    totalBytes += bytes
  }

  release(): void {
    if (this.released) return
    this.released = true
    values -= 1
    totalBytes -= this.bytes
    for (const buffer of this.buffers.values()) buffer.dispose()
    this.buffers.clear()
  }
}

const registry = new FinalizationRegistry<Holdings>((holdings) => holdings.release())

/**
 * The computed value of a node: a host copy, copies on backends, or both. Values never change, so copies
 * never disagree. Shared by the tensors that `detach()` made; freed when the last is disposed or collected.
 */
export class Storage {
  readonly spec: TensorSpec
  private host: TypedArray | undefined
  private readonly holdings: Holdings
  private owners = 1

  constructor(spec: TensorSpec, host?: TypedArray) {
    this.spec = spec
    this.host = host
    this.holdings = new Holdings(sizeOf(spec.shape) * bytesPerElement(spec.dtype))
    registry.register(this, this.holdings, this)
  }

  /** True once every owner has disposed it: the value is gone. */
  get disposed(): boolean {
    return this.owners === 0
  }

  /** The host copy, if there is one. */
  get hostData(): TypedArray | undefined {
    return this.host
  }

  /** Remembers a host copy read back from a backend. */
  keepHost(data: TypedArray): void {
    this.host = data
  }

  /** The copy on `backend`, if there is one. */
  on(backend: object): DeviceBuffer | undefined {
    return this.holdings.buffers.get(backend)
  }

  /** Any backend's copy, for moving a value from one backend to another. */
  anywhere(): [object, DeviceBuffer] | undefined {
    for (const entry of this.holdings.buffers) return entry
    return undefined
  }

  /** Remembers the copy on `backend`. */
  keep(backend: object, buffer: DeviceBuffer): void {
    this.holdings.buffers.set(backend, buffer)
  }

  /**
   * One more tensor holds this value.
   *
   * @throws Error when it was given back already.
   */
  share(): Storage {
    if (this.disposed) throw new Error('this tensor was disposed; its value is gone')
    this.owners += 1
    return this
  }

  /** One tensor fewer holds this value; the last one frees it. */
  release(): void {
    if (this.owners === 0) return
    this.owners -= 1
    if (this.owners > 0) return
    registry.unregister(this)
    this.holdings.release()
    this.host = undefined
  }
}
