/**
 * The WebAssembly backend of samkit. Importing it makes `await setBackend('wasm')` work.
 *
 * @packageDocumentation
 */
import { registerBackend } from '@samkit/core'
import { wasm } from './runtime/wasm.ts'

export { type MemoryUse, OutOfMemoryError } from './runtime/out-of-memory.ts'
export { type WasmBackend, type WasmOptions, type WasmStats, wasm } from './runtime/wasm.ts'

registerBackend('wasm', () => wasm())
