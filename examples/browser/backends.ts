import { type Backend, backendByName } from '@samkit/core'
import type { BackendName } from './choices.ts'

/** A backend, and what computes there in its own words, which need not be what was asked for. */
export interface Loaded {
  readonly backend: Backend
  computedBy(): string
}

/**
 * Loads a backend's code and makes the backend.
 *
 * @throws Error where this browser does not have what it needs.
 */
export async function loadBackend(name: BackendName): Promise<Loaded> {
  switch (name) {
    case 'wasm': {
      const { wasm } = await import('@samkit/wasm')
      const backend = wasm()
      return { backend, computedBy: () => `WebAssembly, ${counted(backend.stats().threads, 'thread')}` }
    }
    case 'gpu:webgpu':
      return onGpu('webgpu')
    case 'gpu:webgl2':
      return onGpu('webgl2')
    case 'gpu:webasm':
      return onGpu('webasm')
    case 'reference':
      return { backend: await backendByName(name), computedBy: () => 'plain loops, 1 thread' }
  }
}

async function onGpu(mode: 'webgpu' | 'webgl2' | 'webasm'): Promise<Loaded> {
  const { gpu } = await import('@samkit/gpu')
  const backend = await gpu({ mode })
  return { backend, computedBy: () => `gpu.js, mode ${backend.mode}` }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
