import type { Backend, TypedArray } from '@samkit/core'
import type { HostBuffer } from './buffer.ts'
import { Device, type DeviceUse } from './device/device.ts'
import { flatVectorsWork } from './device/flat-vectors.ts'
import { loadGpuJs, missing } from './device/gpujs.ts'
import { mostElements } from './kernels/device-kernel.ts'
import { dialectOf } from './math/dialect.ts'
import { type GpuMode, gpuModes } from './mode.ts'
import { checkPlan } from './plan/check.ts'
import { GpuExecutable } from './plan/executable.ts'
import { tooLarge } from './too-large.ts'

/** How the GPU backend is made. */
export interface GpuOptions {
  /**
   * The mode of gpu.js. Default `auto`: the first of `webgpu`, `webgl2`, `headlessgl`, `webasm` and `cpu` that runs here. A
   * mode that is named runs, or making the backend fails.
   */
  readonly mode?: GpuMode | 'auto'
  /** The most plans whose intermediate values stay allocated on the device. Default 64. */
  readonly maxPipelines?: number
  /** The most bytes that those take together. Default 1 GiB. */
  readonly maxBytes?: number
}

/** What the GPU backend did so far, and what it holds on the device. */
export interface GpuStats extends DeviceUse {
  readonly mode: GpuMode
  /** Whether threads give four numbers at once where that pays: in modes on graphics devices, as far as gpu.js lets them. */
  readonly vectors: boolean
  /** Plans compiled, and runs so far. */
  readonly plans: number
  readonly runs: number
}

/** The GPU backend, with what it tells of itself. */
export interface GpuBackend extends Backend {
  /** The mode that runs. */
  readonly mode: GpuMode
  /** What it did so far, and what it holds on the device. */
  stats(): GpuStats
}

/**
 * The GPU backend: each plan is compiled to one gpu.js pipeline, whose intermediate values stay on the device. Between
 * plans values lie on the host, so a run uploads its inputs and reads its outputs back once, and a device that is lost takes
 * nothing with it.
 *
 * @throws Error when gpu.js is not installed, or the mode does not run here.
 */
export async function gpu({
  mode = 'auto',
  maxPipelines = 64,
  maxBytes = 2 ** 30,
}: GpuOptions = {}): Promise<GpuBackend> {
  if (mode !== 'auto' && !gpuModes.includes(mode)) {
    throw new Error(`gpu: there is no mode "${String(mode)}"; there are auto, ${gpuModes.join(', ')}`)
  }
  const gpujs = await loadGpuJs()
  let chosen: GpuMode | null = null
  for (const candidate of mode === 'auto' ? gpuModes : [mode]) {
    const why = await missing(gpujs, candidate)
    if (why === null) {
      chosen = candidate
      break
    }
    if (mode !== 'auto') throw new Error(`gpu: mode ${mode} does not run here: ${why}`)
  }
  if (chosen === null) throw new Error('gpu: no mode of gpu.js runs here')
  const dialect = dialectOf(chosen, chosen !== 'webgpu' || (await flatVectorsWork(gpujs)))
  return backendOn(new Device(gpujs, chosen, dialect, { pipelines: maxPipelines, bytes: maxBytes }))
}

/** The backend on a device. */
export function backendOn(device: Device): GpuBackend {
  const { mode, dialect } = device
  const counts = { plans: 0, runs: 0 }
  const held = { buffers: 0, bytes: 0 }
  let disposed = false
  const alive = (): void => {
    if (disposed) throw new Error('this gpu backend was disposed; make another with gpu()')
  }
  const hold = (data: TypedArray): HostBuffer => {
    held.buffers += 1
    held.bytes += data.byteLength
    return {
      data,
      dispose: () => {
        held.buffers -= 1
        held.bytes -= data.byteLength
      },
    }
  }
  const exact = mode === 'cpu' || mode === 'webasm'
  return {
    name: `gpu:${mode}`,
    mode,
    capabilities: {
      sync: false,
      dtypes: ['bool', 'i32', 'f32'],
      deterministic: true,
      nonFinite: exact,
      subnormals: exact,
      signedZero: exact,
      maxElements: mostElements,
    },
    upload: (data) => {
      alive()
      if (data.length > mostElements) throw tooLarge(data.length)
      return hold(data)
    },
    download: async (buffer) => {
      alive()
      return (buffer as HostBuffer).data
    },
    compile: (plan) => {
      alive()
      checkPlan(plan, mode)
      counts.plans += 1
      const executable = new GpuExecutable(device, dialect, plan, hold)
      return {
        fallbacks: executable.fallbacks,
        run: async (inputs) => {
          alive()
          counts.runs += 1
          return executable.run(inputs)
        },
      }
    },
    memory: () => ({ ...held }),
    dispose: async () => {
      if (disposed) return
      disposed = true
      await device.dispose()
    },
    stats: () => ({ mode, vectors: dialect.vectors !== 'none', ...counts, ...device.use }),
  }
}
