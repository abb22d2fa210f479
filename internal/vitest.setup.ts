import { setBackend } from '@samkit/core'
import { configureGlobal } from 'fast-check'
import { afterAll } from 'vitest'

/** An environment variable as a whole number, or `fallback` when unset. */
function integerFrom(name: string, fallback: number): number {
  const text = process.env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number, got "${text}"`)
  return value
}

// One seed for every property, so that a run can be repeated; FC_SEED and FC_RUNS explore further.
configureGlobal({ seed: integerFrom('FC_SEED', 20260101), numRuns: integerFrom('FC_RUNS', 100) })

// Files share modules: what one of them computes with is not what the next one should.
afterAll(() => setBackend('reference'))
