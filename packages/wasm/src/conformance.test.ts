import { type Bounds, describeBackend } from '@samkit/conformance'
import { describe, it } from 'vitest'
import { wasm } from './index.ts'

const sums = { f32: 8, f64: 8, perTerm: { f64: 1 }, of: 'terms', signedZero: false } as const

// Closer than what every backend is held to.
const bounds: Bounds = {
  exp: { f32: 1 },
  expm1: { f32: 2 },
  log: { f32: 1 },
  log1p: { f32: 2 },
  sin: { f32: 2 },
  cos: { f32: 2 },
  tanh: { f32: 5 },
  erf: { f32: 6 },
  pow: {},
  sum: sums,
  cumsum: {},
  scatterAdd: {},
  fold: {},
  matmul: sums,
  conv: sums,
}

describeBackend(() => wasm({ threads: 2 }), { describe, it, name: 'wasm', bounds, runs: 25 })
