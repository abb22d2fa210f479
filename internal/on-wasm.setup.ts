import { setBackend } from '@samkit/core'
import { wasm } from '@samkit/wasm'
import { beforeAll } from 'vitest'

// Two threads, on any machine: what is tested includes their meeting.
const backend = wasm({ threads: 2 })

beforeAll(() => setBackend(backend))
