import { describe, it } from 'node:test'
import { referenceBackend } from '@samkit/core'
import { describeBackend } from './index.ts'

// Run by node's own runner, from run-conformance.test.ts.
describeBackend(referenceBackend, { describe, it, primitives: ['neg', 'sum'], sections: ['primitives'] })
