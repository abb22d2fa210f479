import { describeBackend } from '@samkit/conformance'
import { describe, inject, it } from 'vitest'
import { type GpuMode, gpu } from './index.ts'

/**
 * Holds a mode to what every backend is held to. Each program costs as much as compiling its shaders, so that there are two
 * examples a property, and more where `FC_RUNS` asks for more than it does by default.
 */
export function describeMode(mode: GpuMode): void {
  const { seed, numRuns } = inject('properties')
  const runs = Math.max(2, Math.round(numRuns / 50))
  describeBackend(() => gpu({ mode }), { name: `gpu:${mode}`, quick: true, runs, seed, describe, it })
}
