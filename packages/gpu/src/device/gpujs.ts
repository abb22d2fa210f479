import type { GpuMode } from '../mode.ts'

// What samkit uses of gpu.js, in its own words: the types that come with it ask for functions where text does as well, and
// for lists of numbers where typed arrays do.

/** A kernel that pipelines are made of. */
export interface GpuKernel {
  (...args: readonly unknown[]): unknown
  /** What runs it: gpu.js puts another in its place where it falls back. */
  readonly kernel: {
    readonly constructor: { readonly mode?: string }
    readonly fallbackReason?: string | null
  }
  destroy(): void
}

/** Kernels that run one after another, their values staying on the device. */
export interface GpuPipeline {
  (...args: readonly unknown[]): Promise<unknown>
  /** The mode that ran it; null before the first run. */
  readonly backend: string | null
  /** How it runs: `generic` for one kernel after another, or what a mode has that is faster. */
  readonly executorKind: string
  /** Why it does not run in the faster way. */
  readonly fallbackReason: string | null
  destroy(): Promise<void>
}

/** Settings of a kernel. */
export interface KernelSettings {
  readonly output: readonly number[]
  readonly precision: 'single'
  readonly tactic: 'precision'
  readonly loopMaxIterations: number
  /** Whether results stay on the device. */
  readonly pipeline?: boolean
  /** Whether a result stays as it is when the kernel runs again. */
  readonly immutable?: boolean
}

/** What gpu.js makes kernels of in mode `webgpu`, as far as `flat-vectors.ts` changes it. */
export interface WebGpuKernel {
  /** How many numbers a thread gives. */
  componentCount: number
  /** How many threads there are along x, y and z. */
  threadDim: number[]
  translateSource(): void
}

/** The settings of every kernel. */
export const kernelSettings = {
  precision: 'single',
  tactic: 'precision',
  // Loops that gpu.js takes for unsafe stop at 1,000 rounds unless told otherwise.
  loopMaxIterations: 1e9,
} as const

/** One device. */
export interface GpuInstance {
  /** What its kernels are made of. */
  Kernel: new (
    source: string,
    settings: object,
  ) => object
  addFunction(
    source: string,
    settings: { readonly returnType: string; readonly argumentTypes: readonly string[] },
  ): void
  createKernel(source: string, settings: KernelSettings): GpuKernel
  createPipeline(orchestrate: (...handles: readonly unknown[]) => unknown): GpuPipeline
  destroy(): Promise<void>
  /** The WebGL context, in modes that have one. */
  readonly context: { isContextLost?(): boolean; getError?(): number } | null
}

/** The WebGPU device that all instances of a page share. */
export interface WebGpuContext {
  /** Whether the device is gone; `acquire` then gives another. */
  readonly isLost: boolean
  readonly device: { readonly lost: Promise<unknown> }
}

/** The module. */
export interface GpuJs {
  readonly GPU: {
    new (settings: { readonly mode: string }): GpuInstance
    readonly isWebAssemblySupported: boolean
    readonly isHeadlessGLSupported: boolean
    readonly isWebGL2Supported: boolean
    isWebGPUAvailable(): Promise<boolean>
  }
  readonly WebGPUKernel: new (source: string, settings: object) => WebGpuKernel
  readonly WebGPUContext: { acquire(): Promise<WebGpuContext> }
  readonly Input: new (value: Float32Array, size: readonly number[]) => object
}

/**
 * Loads gpu.js, which people install beside `@samkit/gpu`.
 *
 * @throws Error when it is not installed.
 */
export async function loadGpuJs(): Promise<GpuJs> {
  let module: object
  try {
    module = await import('gpu.js')
  } catch (error) {
    throw new Error('gpu: could not load gpu.js, which is installed beside @samkit/gpu: npm install gpu.js', {
      cause: error,
    })
  }
  // Bundlers hand a CommonJS module over as a default export, some of them as that alone.
  const { default: only = module } = module as { readonly default?: object }
  return ('GPU' in module ? module : only) as GpuJs
}

/** Why a mode does not run here, or null where it does. */
export async function missing({ GPU: gpu }: GpuJs, mode: GpuMode): Promise<string | null> {
  switch (mode) {
    case 'cpu':
      return null
    case 'webasm':
      return gpu.isWebAssemblySupported ? null : 'the engine has no WebAssembly with SIMD'
    case 'headlessgl':
      return gpu.isHeadlessGLSupported
        ? null
        : 'the package gl is not built here, or there is no display (under Linux try xvfb-run)'
    case 'webgl2':
      return gpu.isWebGL2Supported ? null : 'there is no WebGL 2 here, which takes a browser'
    case 'webgpu':
      return (await gpu.isWebGPUAvailable())
        ? null
        : 'there is no WebGPU adapter here (in Node it takes the package webgpu, in a browser one that has it)'
  }
}
