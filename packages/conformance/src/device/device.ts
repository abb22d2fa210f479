import type { Backend, DeviceBuffer, Executable, HostArray, Plan, TensorSpec, TypedArray } from '@samkit/core'
import type { TracedPlan } from '@samkit/core/testing'

/** A buffer of a backend, counted until it is disposed. */
export class Held {
  readonly inner: DeviceBuffer
  readonly spec: TensorSpec
  private readonly owner: Device
  private live = true

  constructor(owner: Device, inner: DeviceBuffer, spec: TensorSpec) {
    this.owner = owner
    this.inner = inner
    this.spec = spec
    owner.live.add(inner)
  }

  /** Gives it back; a second time does nothing. */
  dispose(): void {
    if (!this.live) return
    this.live = false
    this.owner.live.delete(this.inner)
    this.inner.dispose()
  }
}

/** A backend with everything counted that it hands out. */
export class Device {
  readonly backend: Backend
  /** Buffers that were not disposed yet. */
  readonly live: Set<DeviceBuffer> = new Set()
  /** Plans compiled so far. */
  programs = 0

  constructor(backend: Backend) {
    this.backend = backend
  }

  /** An array put onto the backend. */
  upload({ data, shape, dtype }: HostArray): Held {
    const spec = { shape, dtype }
    return this.hold(this.backend.upload(data.slice(), spec), spec)
  }

  private hold(buffer: DeviceBuffer, spec: TensorSpec): Held {
    if (this.live.has(buffer)) throw new Error('a buffer was handed out that another value holds already')
    return new Held(this, buffer, spec)
  }

  /** A plan made ready to run. */
  async compile(plan: Plan): Promise<Executable> {
    this.programs += 1
    return this.backend.compile(plan)
  }

  /**
   * The outputs of a run.
   *
   * @throws Error where they are not as many buffers as the plan has outputs, or one is handed out twice.
   */
  async run(executable: Executable, plan: Plan, inputs: readonly Held[]): Promise<Held[]> {
    const buffers = await executable.run(inputs.map(({ inner }) => inner))
    const held: Held[] = []
    try {
      if (buffers.length !== plan.outputs.length) {
        throw new Error(`a run gave ${buffers.length} buffers for ${plan.outputs.length} outputs`)
      }
      for (const [i, buffer] of buffers.entries()) {
        held.push(this.hold(buffer, plan.values[plan.outputs[i] ?? -1] ?? { shape: [], dtype: 'f64' }))
      }
      return held
    } catch (error) {
      for (const one of held) one.dispose()
      throw error
    }
  }

  /** The values of a buffer. */
  async read({ inner, spec }: Held): Promise<TypedArray> {
    return this.backend.download(inner, spec)
  }

  /** What a plan gives, everything disposed afterwards. */
  async compute({ plan, inputs }: TracedPlan): Promise<TypedArray[]> {
    return this.with(async (keep) => {
      // What cannot be compiled should say so before anything is uploaded.
      const executable = await this.compile(plan)
      const uploads = inputs.map((input) => keep(this.upload(input)))
      const outputs = await this.run(executable, plan, uploads)
      for (const output of outputs) keep(output)
      return Promise.all(outputs.map((output) => this.read(output)))
    })
  }

  /** Does something with buffers, and disposes those it was told to keep, whatever happens. */
  async with<T>(work: (keep: (held: Held) => Held) => Promise<T>): Promise<T> {
    const kept: Held[] = []
    try {
      return await work((held) => {
        kept.push(held)
        return held
      })
    } finally {
      for (const held of kept) held.dispose()
    }
  }
}
