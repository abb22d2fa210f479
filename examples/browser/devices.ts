import type { BackendName } from './choices.ts'

/** Why this browser cannot compute with a backend, in a few words; null where it can. */
export async function missing(name: BackendName): Promise<string | null> {
  switch (name) {
    case 'gpu:webgpu': {
      const adapter = await gpuAdapter()
      return adapter === null ? 'not in this browser' : null
    }
    case 'gpu:webgl2': {
      const context = new OffscreenCanvas(1, 1).getContext('webgl2')
      return context?.getExtension('EXT_color_buffer_float') ? null : 'not in this browser'
    }
    default:
      return null
  }
}

/** A WebGPU adapter. There may be none, though the browser has WebGPU. */
async function gpuAdapter(): Promise<unknown> {
  const gpu: unknown = Reflect.get(navigator, 'gpu')
  if (typeof gpu !== 'object' || gpu === null || !('requestAdapter' in gpu)) return null
  if (typeof gpu.requestAdapter !== 'function') return null
  return gpu.requestAdapter().catch(() => null)
}
