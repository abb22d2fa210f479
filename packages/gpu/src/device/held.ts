import type { GpuMode } from '../mode.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import type { GpuInstance, WebGpuContext } from './gpujs.ts'
import type { KernelCache } from './kernel-cache.ts'
import type { Runner } from './runner.ts'

/** A gpu.js instance and what lies on its device: all of it goes when the device does. */
export interface Held {
  readonly mode: GpuMode
  readonly gpu: GpuInstance
  /** The device that all instances share, in mode `webgpu`. */
  readonly webgpu: WebGpuContext | null
  readonly cache: KernelCache
  /** The one used longest ago first. */
  readonly pipelines: Map<DeviceProgram, Runner>
}

/** Whether the device is gone. */
export function isLost({ mode, gpu, webgpu }: Held): boolean {
  if (webgpu !== null) return webgpu.isLost
  const { context } = gpu
  if (context?.isContextLost?.() === true) return true
  if (mode !== 'headlessgl') return false
  // A context of headless GL never says that it is lost; it refuses every call.
  try {
    context?.getError?.()
    return false
  } catch {
    return true
  }
}

/** How long to wait for word of a loss, in milliseconds. */
const patience = 100

/** Whether the device is gone, where something on it failed: word of that may come a little later. */
export async function wasLost(held: Held): Promise<boolean> {
  const { webgpu } = held
  if (webgpu !== null && !webgpu.isLost) {
    await Promise.race([webgpu.device.lost, new Promise((resolve) => setTimeout(resolve, patience))])
  }
  return isLost(held)
}
