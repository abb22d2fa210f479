// The conformance kit in a page, with as many examples as FC_RUNS says. Only .ci/nightly runs it.
import { describeBackend } from '@samkit/conformance'
import { gpu } from '@samkit/gpu'
import { wasm } from '@samkit/wasm'
import { describe, inject, it } from 'vitest'

const { seed, numRuns: runs } = inject('properties')
// An example takes seconds where each program is a shader to compile.
const options = { seed, runs, timeout: 120_000 + 10_000 * runs, describe, it }

describeBackend(() => wasm(), { name: 'wasm', ...options })
describeBackend(() => gpu({ mode: 'webgl2' }), { name: 'gpu:webgl2', ...options })
describeBackend(() => gpu({ mode: 'webgpu' }), { name: 'gpu:webgpu', ...options })
