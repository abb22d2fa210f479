import { type Backend, type DeviceBuffer, sizeOf, type TensorSpec, type TypedArray } from '@samkit/core'
import { testFeatures } from '../features.ts'
import { generateKernel } from '../kernels/generate.ts'
import { bytesOf, WasmBuffer } from './buffer.ts'
import { canShare, canWait, checkThreads, defaultThreads } from './environment.ts'
import { WasmExecutable } from './executable.ts'
import { Machine, type MachineOptions } from './machine.ts'
import type { MemoryUse } from './out-of-memory.ts'

/** How the wasm backend is made. */
export interface WasmOptions {
  /**
   * Threads that compute together. Default: the environment variable `SAMKIT_THREADS` in Node, else one a core but at most
   * 8; one on pages that are not cross-origin isolated. The results are the same bits for any number.
   */
  readonly threads?: number
  /** The most bytes its memory may grow to. Default: what the engine allows, at most 4 GiB. */
  readonly maxMemory?: number
  /** Whether to use relaxed SIMD (fused multiply-add) where the engine has it. Default true. */
  readonly relaxedSimd?: boolean
}

/** What the wasm backend did so far, and what it holds. */
export interface WasmStats {
  /** Threads that compute together. */
  readonly threads: number
  /** Workers that run now; they start when the first plan needs them. */
  readonly workers: number
  /** Whether kernels use fused multiply-add. */
  readonly relaxedSimd: boolean
  readonly memory: MemoryUse
  /** Plans compiled, and the kernel functions generated for them. */
  readonly programs: number
  readonly functions: number
  /** Runs so far. */
  readonly runs: number
}

/** The wasm backend, with what it tells of itself. */
export interface WasmBackend extends Backend {
  /** What it did so far, and what it holds. */
  stats(): WasmStats
}

/**
 * The WebAssembly backend: plans compiled to SIMD kernels that run on several threads over one memory.
 *
 * @throws Error when the engine has no WebAssembly SIMD, or an option is out of range.
 */
export function wasm({ threads, maxMemory, relaxedSimd = true }: WasmOptions = {}): WasmBackend {
  const sharedMemory = canShare()
  const asked = threads === undefined ? defaultThreads() : checkThreads('wasm: threads', threads)
  if (maxMemory !== undefined && !(maxMemory >= 65_536)) {
    throw new Error(`wasm: maxMemory must be a number of bytes of at least 65536, got ${maxMemory}`)
  }
  const features = testFeatures({ relaxedSimd, sharedMemory })
  return backendOn({ features, threads: asked, waits: canWait(), maxMemory, generate: generateKernel })
}

/** A backend on a machine of its own. */
export function backendOn(options: MachineOptions): WasmBackend {
  let machine: Machine | null = new Machine(options)
  const counts = { programs: 0, functions: 0 }
  const alive = (): Machine => {
    if (machine === null) throw new Error('this wasm backend was disposed; make another with wasm()')
    return machine
  }
  const read = (buffer: DeviceBuffer, { shape, dtype }: TensorSpec): TypedArray =>
    alive().arena.read((buffer as WasmBuffer).address, dtype, sizeOf(shape))
  return {
    name: 'wasm',
    capabilities: { sync: true, dtypes: ['bool', 'i32', 'f32', 'f64'], deterministic: true },
    upload: (data, spec) => {
      const { arena } = alive()
      const buffer = new WasmBuffer(arena, bytesOf(spec))
      arena.view(buffer.address, spec.dtype, data.length).set(data)
      return buffer
    },
    download: async (buffer, spec) => read(buffer, spec),
    downloadSync: read,
    compile: (plan) => {
      const executable = new WasmExecutable(alive(), plan)
      counts.programs += 1
      counts.functions += executable.functions
      return executable
    },
    memory: () => ({
      buffers: machine?.arena.values ?? 0,
      bytes: machine?.arena.valueBytes ?? 0,
    }),
    dispose: async () => {
      machine?.team?.close()
      machine = null
    },
    stats: () => {
      const { threads, team, features, arena, runs } = alive()
      return {
        threads,
        workers: team?.workers ?? 0,
        relaxedSimd: features.relaxedSimd,
        memory: arena.use,
        ...counts,
        runs,
      }
    },
  }
}
