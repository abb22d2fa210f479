import { testFeatures } from '../features.ts'
import { generateKernel } from '../kernels/generate.ts'
import type { MachineOptions } from './machine.ts'
import { backendOn, type WasmBackend } from './wasm.ts'

/** A backend with what tests want to change: smaller pieces, or a thread that must not wait as in a browser. */
export function testBackend(options: Partial<MachineOptions> = {}): WasmBackend {
  return backendOn({
    features: testFeatures({ relaxedSimd: true, sharedMemory: true }),
    threads: 2,
    waits: true,
    maxMemory: 2 ** 28,
    generate: generateKernel,
    ...options,
  })
}
