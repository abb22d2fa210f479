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
  /** Whether NaN and the infinities are computed as IEEE 754 says. Default true; where false, they may give anything. */
  readonly nonFinite?: boolean
  /** Whether numbers below the smallest normal one are computed. Default true; where false, they may count as zero. */
  readonly subnormals?: boolean
  /** Whether 0 and -0 are told apart. Default true; where false, a zero may have either sign. */
  readonly signedZero?: boolean
  /**
   * The most elements of one tensor. Default: what memory holds. A plan or an upload beyond it is refused with an error that
   * names this number; it never gives wrong values.
   */
  readonly maxElements?: number
  /** Whether an index out of range (`gather`, `scatterAdd`) fails the run. Default true; where false, it gives anything. */
  readonly checksIndices?: boolean
}

/** What a backend holds for its callers: uploads and outputs that were not disposed yet. */
export interface BackendMemory {
  readonly buffers: number
  readonly bytes: number
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
  /** What it holds for its callers right now: what leaks are found with. */
  memory?(): BackendMemory
  /** Gives everything back. Values that live only there are lost. */
  dispose(): Promise<void>
}
