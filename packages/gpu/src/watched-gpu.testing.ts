import { Device } from './device/device.ts'
import { type GpuInstance, type GpuJs, loadGpuJs } from './device/gpujs.ts'
import { backendOn, type GpuBackend } from './gpu.ts'
import { dialectOf } from './math/dialect.ts'
import type { GpuMode } from './mode.ts'

/** A backend whose gpu.js instances are known, so that tests can count what they hold, and break them. */
export interface WatchedGpu extends GpuBackend {
  /** The instances made so far, in order. */
  readonly instances: readonly GpuInstance[]
}

/** What tests want to change. */
export interface WatchOptions {
  readonly maxPipelines?: number
  readonly maxBytes?: number
}

/** A backend of this mode. */
export async function watchedGpu(
  mode: GpuMode,
  { maxPipelines = 64, maxBytes = 2 ** 30 }: WatchOptions = {},
): Promise<WatchedGpu> {
  const gpujs = await loadGpuJs()
  const instances: GpuInstance[] = []
  class Watched extends gpujs.GPU {
    constructor(settings: { readonly mode: string }) {
      super(settings)
      instances.push(this)
    }
  }
  const watched: GpuJs = { ...gpujs, GPU: Watched }
  const device = new Device(watched, mode, dialectOf(mode), { pipelines: maxPipelines, bytes: maxBytes })
  return Object.assign(backendOn(device), { instances })
}

/** What extensions do that end a context. */
interface Breaker {
  loseContext?(): void
  destroy?(): void
}

/** Takes the device away from a backend, as the system does where it resets the graphics card. */
export async function breakDevice({ mode, instances }: WatchedGpu): Promise<void> {
  if (mode === 'webgpu') {
    const { WebGPUContext } = await loadGpuJs()
    const { device } = await WebGPUContext.acquire()
    if ('destroy' in device && typeof device.destroy === 'function') device.destroy()
    return
  }
  const context: object | null = instances.at(-1)?.context ?? null
  if (context === null || !('getExtension' in context) || typeof context.getExtension !== 'function') {
    throw new Error('there is no context to break')
  }
  const name = mode === 'webgl2' ? 'WEBGL_lose_context' : 'STACKGL_destroy_context'
  const extension = context.getExtension(name) as Breaker
  extension.loseContext?.()
  extension.destroy?.()
}
