/**
 * The GPU backend of samkit, through gpu.js. Importing it makes `await setBackend('gpu')` work, and `gpu:webgpu`,
 * `gpu:webgl2`, `gpu:headlessgl`, `gpu:webasm` and `gpu:cpu` for one mode.
 *
 * @packageDocumentation
 */
import { registerBackend } from '@samkit/core'
import { gpu } from './gpu.ts'
import { gpuModes } from './mode.ts'

export { explainKernels } from './explain.ts'
export { type GpuBackend, type GpuOptions, type GpuStats, gpu } from './gpu.ts'
export { type GpuMode, gpuModes } from './mode.ts'

registerBackend('gpu', () => gpu())
for (const mode of gpuModes) registerBackend(`gpu:${mode}`, () => gpu({ mode }))
