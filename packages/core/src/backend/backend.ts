import type { Plan } from '../compiler/plan.ts'
import type { DType, TensorSpec, TypedArray } from '../graph/dtype.ts'
import type { DeviceBuffer } from '../graph/storage.ts'

/** What a backend says of itself. The conformance kit holds it to its word. */
export interface Capabilities {
  /** Whether `downloadSync` and synchronous runs are there, so that `t.dataSync()` works. */
  readonly sync: boolean
  /** The dtypes its kernels compute with. */
  readonly dtypes: readonly DType[]
  /** Whether the same program gives the same bits each time. */
  readonly deterministic: boolean
}

/** A plan made ready to run. */
export interface Executable {
  /**
   * Takes one buffer per plan input, in order, and gives one per plan output. The inputs stay the caller's; the
   * outputs become the caller's and share memory with nothing else. A run that fails gives everything back that it
   * made and throws {@link StepError}.
   */
  run(inputs: readonly DeviceBuffer[]): readonly DeviceBuffer[] | Promise<readonly DeviceBuffer[]>
  /** The same at once, where `run` may take its time. Default: `run`. */
  runSync?(inputs: readonly DeviceBuffer[]): readonly DeviceBuffer[]
  /** Primitives that run on the reference kernels because the backend has none and the user allowed it. */
  readonly fallbacks: readonly string[]
}

/** What computes plans. It knows nothing of gradients: those are graphs like any other. */
export interface Backend {
  /** The name it registers under. */
  readonly name: string
  readonly capabilities: Capabilities
  /** A buffer holding `data`. samkit never writes to `data` again, so a backend on the host may keep it. */
  upload(data: TypedArray, spec: TensorSpec): DeviceBuffer
  /** The buffer's values on the host, in an array that the backend never writes to again. */
  download(buffer: DeviceBuffer, spec: TensorSpec): Promise<TypedArray>
  /** The same at once; only where `capabilities.sync`. */
  downloadSync?(buffer: DeviceBuffer, spec: TensorSpec): TypedArray
  /** Makes a plan ready to run. Called once per structure; the result is cached. Throws {@link StepError}, as runs do. */
  compile(plan: Plan): Executable | Promise<Executable>
  /** Gives everything back. Values that live only there are lost. */
  dispose(): Promise<void>
}
