import { loadGpuJs } from '../device/gpujs.ts'
import type { WatchedGpu } from '../watched-gpu.testing.ts'

type Method = (...args: readonly unknown[]) => unknown

const pairs = ['Texture', 'Framebuffer', 'Buffer', 'Renderbuffer', 'VertexArray', 'Program', 'Shader']

function methodOf(target: object, name: string): Method | null {
  const found: unknown = Reflect.get(target, name)
  return typeof found === 'function' ? (found.bind(target) as Method) : null
}

/** Counts what the device is asked to make from now on, less what it is asked to destroy: textures, buffers, programs, … */
export async function liveOnDevice({ mode, instances }: WatchedGpu): Promise<() => number> {
  let live = 0
  if (mode === 'webgpu') {
    const { device } = await (await loadGpuJs()).WebGPUContext.acquire()
    const create = methodOf(device, 'createBuffer')
    const counted = (...args: readonly unknown[]): unknown => {
      const buffer = create?.(...args)
      if (typeof buffer !== 'object' || buffer === null) throw new Error('the device made no buffer')
      live += 1
      const destroy = methodOf(buffer, 'destroy')
      Reflect.set(buffer, 'destroy', () => {
        live -= 1
        destroy?.()
      })
      return buffer
    }
    Reflect.set(device, 'createBuffer', counted)
    return () => live
  }
  const context: object | null = instances.at(-1)?.context ?? null
  for (const name of context === null ? [] : pairs) {
    for (const [verb, change] of [
      ['create', 1],
      ['delete', -1],
    ] as const) {
      const method = methodOf(context ?? {}, `${verb}${name}`)
      if (method === null) continue
      Reflect.set(context ?? {}, `${verb}${name}`, (...args: readonly unknown[]): unknown => {
        live += change
        return method(...args)
      })
    }
  }
  return () => live
}
