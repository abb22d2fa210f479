import { describeMode } from './conformance.testing.ts'

describeMode('webgl2')
describeMode('webgpu')
