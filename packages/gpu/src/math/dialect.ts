import type { GpuMode } from '../mode.ts'
import { type Helper, hostHelpers, shaderHelpers } from './helpers.ts'

/** How a mode of gpu.js writes arithmetic. */
export interface Dialect {
  /** The functions that kernels call. */
  readonly helpers: readonly Helper[]
  /** The value of an elementwise primitive on these expressions. */
  apply(name: string, args: readonly string[]): string
  /** Whether the numbers of a thread are whole numbers to the device, so that threads in a grid spare divisions. */
  readonly hasWholeIndices: boolean
  /**
   * Whether a thread can give four numbers, and how they lie: `flat` like any other, or `packed` in one texel, which is
   * quick to read as a vector and slow number by number.
   */
  readonly vectors: 'flat' | 'packed' | 'none'
  /** How many threads share a long reduction: neighbours read neighbours there, as devices like it. 1 for none. */
  readonly lanes: number
  /** A number as `f32` stores it. */
  rounded(x: string): string
  /** The larger or the smaller of two numbers, for a reduction; NaN if either is. */
  extremum(name: 'max' | 'min', a: string, b: string): string
}

type Formula = (...args: string[]) => string

const call =
  (name: string): Formula =>
  (...args) =>
    `${name}(${args.join(', ')})`

/** What all modes write alike. Truth is 1 and 0. */
const common: Readonly<Record<string, Formula>> = {
  neg: (x) => `(-${x})`,
  abs: call('Math.abs'),
  sign: call('signOf'),
  floor: call('Math.floor'),
  sqrt: call('Math.sqrt'),
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,
  eq: call('same'),
  lt: (a, b) => `(${a} < ${b} ? 1 : 0)`,
  le: (a, b) => `(${a} <= ${b} ? 1 : 0)`,
  and: (a, b) => `(${a} * ${b})`,
  or: (a, b) => `(${a} + ${b} > 0 ? 1 : 0)`,
  not: (x) => `(1 - ${x})`,
  where: (c, a, b) => `(${c} > 0.5 ? ${a} : ${b})`,
  pow: call('powOf'),
  erf: call('erfOf'),
}

const host: Readonly<Record<string, Formula>> = {
  ...common,
  exp: call('Math.exp'),
  expm1: call('Math.expm1'),
  log: call('Math.log'),
  log1p: call('Math.log1p'),
  sin: call('Math.sin'),
  cos: call('Math.cos'),
  tanh: call('Math.tanh'),
  maximum: call('Math.max'),
  minimum: call('Math.min'),
}

const shader: Readonly<Record<string, Formula>> = {
  ...common,
  exp: call('expOf'),
  expm1: call('expm1Of'),
  log: call('logOf'),
  log1p: call('log1pOf'),
  sin: (x) => `waveOf(${x}, 0)`,
  cos: (x) => `waveOf(${x}, 1)`,
  tanh: call('tanhOf'),
  maximum: call('larger'),
  minimum: call('smaller'),
}

function dialect(
  formulas: Readonly<Record<string, Formula>>,
  helpers: readonly Helper[],
  rounded: (x: string) => string,
  { hasWholeIndices = false, vectors = 'none' }: Partial<Pick<Dialect, 'hasWholeIndices' | 'vectors'>> = {},
): Dialect {
  return {
    hasWholeIndices,
    vectors,
    lanes: helpers === shaderHelpers ? 32 : 1,
    helpers,
    rounded,
    apply: (name, args) => {
      const formula = formulas[name]
      if (formula === undefined) throw new Error(`samkit: gpu has no formula for ${name}; please report this`)
      return formula(...args)
    },
    // The first of equals stays, as in the reference kernel, which tells 0 and -0 apart by nothing else.
    extremum: (name, a, b) => `(${a} === ${a} && !(${b} ${name === 'max' ? '<=' : '>='} ${a}) ? ${b} : ${a})`,
  }
}

const rounds = (x: string): string => `Math.fround(${x})`
const asItIs = (x: string): string => x

/** How `mode` writes arithmetic; without vectors where `mayHaveVectors` says so. */
export function dialectOf(mode: GpuMode, mayHaveVectors = true): Dialect {
  switch (mode) {
    // It computes in doubles: every result is rounded, as f32 would, or comparisons come out otherwise than elsewhere.
    case 'cpu':
      return dialect(host, hostHelpers, rounds)
    case 'webasm':
      return dialect(host, hostHelpers, asItIs)
    case 'webgpu':
      return dialect(shader, shaderHelpers, asItIs, {
        hasWholeIndices: true,
        vectors: mayHaveVectors ? 'flat' : 'none',
      })
    default:
      return dialect(shader, shaderHelpers, asItIs, { vectors: mayHaveVectors ? 'packed' : 'none' })
  }
}
