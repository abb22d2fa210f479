import { describeMode } from './conformance.testing.ts'

describeMode('headlessgl')
