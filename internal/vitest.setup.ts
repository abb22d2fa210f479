import { setBackend } from '@samkit/core'
import { configureGlobal } from 'fast-check'
import { afterAll, inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** See properties.ts. Provided, since pages have no environment to read it from. */
    properties: { readonly seed: number; readonly numRuns: number }
  }
}

configureGlobal(inject('properties'))

// Files share modules: what one of them computes with is not what the next one should.
afterAll(() => setBackend('reference'))
