import { referenceBackend } from '@samkit/core'
import { describe, it } from 'vitest'
import { describeBackend } from './index.ts'

describeBackend(referenceBackend, { describe, it, quick: true })
