/** How far a result may be from the reference kernel's. */
export interface Tolerance {
  /** In units of the last place of the result's dtype. Default 0: the same number. */
  readonly f32?: number
  readonly f64?: number
  /** Whether those units are of the sum of all terms' sizes rather than of the result: what cancels loses places. */
  readonly ofTerms?: boolean
  /** False where the sign of a zero result is left open. Default true. */
  readonly signedZero?: boolean
}

/** For sums of some dozen terms, in whatever order they are added. */
const sums: Tolerance = { f32: 8, f64: 8, ofTerms: true }

/** What the wasm backend promises, by primitive. All others give the reference kernel's bits. */
export const tolerances: Readonly<Record<string, Tolerance>> = {
  exp: { f32: 1 },
  expm1: { f32: 2 },
  log: { f32: 1 },
  log1p: { f32: 2 },
  sin: { f32: 2 },
  cos: { f32: 2 },
  tanh: { f32: 5 },
  erf: { f32: 6 },
  sum: sums,
  matmul: sums,
  conv: sums,
}
