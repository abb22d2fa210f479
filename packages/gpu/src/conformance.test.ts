import { describeMode } from './conformance.testing.ts'

describeMode('cpu')
describeMode('webasm')
