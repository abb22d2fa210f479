import { primitives } from '@samkit/core'

/** How far a primitive's result may be from the reference kernel's. */
export interface Bound {
  /** In units of the last place of the result's dtype. Default 0: the same number. */
  readonly f32?: number
  readonly f64?: number
  /** Units to be added for every term of a sum: what adding one after another in the result's dtype costs. Default 0. */
  readonly perTerm?: { readonly f32?: number; readonly f64?: number }
  /**
   * What the units are of: the `result`; the sum of the sizes of all `terms`, where what cancels loses places; or the
   * largest of the `inputs`. Default `result`.
   */
  readonly of?: 'result' | 'terms' | 'inputs'
  /** False where the sign of a zero result is left open. Default true. */
  readonly signedZero?: boolean
}

/** Bounds by the name of the primitive. */
export type Bounds = Readonly<Record<string, Bound>>

/**
 * For sums in whatever order they are added: of `f32` in a wider format or in several parts, of `f64` one after another, as
 * the reference does.
 */
const sums: Bound = { f32: 8, f64: 8, perTerm: { f64: 1 }, of: 'terms', signedZero: false }

/** Of zeros that tie, either may be given. */
const extremum: Bound = { signedZero: false }

/** What every backend is held to, by primitive. All others give the reference kernel's bits. */
export const defaultBounds: Bounds = {
  exp: { f32: 2, f64: 2 },
  expm1: { f32: 2, f64: 2 },
  log: { f32: 2, f64: 2 },
  log1p: { f32: 2, f64: 2 },
  sin: { f32: 2, f64: 2 },
  cos: { f32: 2, f64: 2 },
  tanh: { f32: 5, f64: 5 },
  erf: { f32: 6, f64: 6 },
  pow: { f32: 2, f64: 2 },
  max: extremum,
  min: extremum,
  sum: sums,
  cumsum: sums,
  scatterAdd: sums,
  fold: sums,
  matmul: sums,
  conv: sums,
}

/**
 * The default bounds with those that a backend states in their place.
 *
 * @throws Error for a bound of what is no primitive, or that is no number of at least 0.
 */
export function boundsWith(stated: Bounds = {}): Bounds {
  const names = new Set(primitives.map(({ name }) => name))
  for (const [name, { f32 = 0, f64 = 0, perTerm = {} }] of Object.entries(stated)) {
    if (!names.has(name))
      throw new Error(`bounds: "${name}" is no primitive; they are ${[...names].join(', ')}`)
    if (![f32, f64, perTerm.f32 ?? 0, perTerm.f64 ?? 0].every((units) => units >= 0)) {
      throw new Error(
        `bounds: those of "${name}" must be numbers of at least 0, got ${JSON.stringify(stated[name])}`,
      )
    }
  }
  return { ...defaultBounds, ...stated }
}
