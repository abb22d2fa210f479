import type { DType } from '@samkit/core'
import {
  type Code,
  f32,
  f32x4,
  f64,
  i32x4,
  type ModuleBuilder,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import { mathCode, vectorMath } from '../../math/index.ts'
import type { Features } from '../generator.ts'
import type { Term } from './lanes.ts'
import { remainderOf } from './remainder.ts'
import { pow } from './scalar-apply.ts'

type Apply = (...args: readonly Vector[]) => Vector
type Two = (a: Vector, b: Vector) => Vector

const one =
  (f: (x: Vector) => Vector): Apply =>
  (x) =>
    f(x as Vector)
const two =
  (f: Two): Apply =>
  (a, b) =>
    f(a as Vector, b as Vector)

const zero = i32x4.const([0, 0, 0, 0])

const onInts: Readonly<Record<string, Apply>> = {
  neg: one(i32x4.neg),
  abs: one(i32x4.abs),
  sign: one((x) => i32x4.sub(i32x4.gtS(zero, x), i32x4.gtS(x, zero))),
  floor: one((x) => x),
  add: two(i32x4.add),
  sub: two(i32x4.sub),
  mul: two(i32x4.mul),
  maximum: two(i32x4.maxS),
  minimum: two(i32x4.minS),
  eq: two(i32x4.eq),
  lt: two(i32x4.ltS),
  le: two(i32x4.leS),
}

// True is -1.
const onBools: Readonly<Record<string, Apply>> = {
  eq: two(i32x4.eq),
  lt: two(i32x4.gtS),
  le: two(i32x4.geS),
  and: two(v128.and),
  or: two(v128.or),
  not: one(v128.not),
}

const onFloats: Readonly<Record<string, Apply>> = {
  neg: one(f32x4.neg),
  abs: one(f32x4.abs),
  floor: one(f32x4.floor),
  sqrt: one(f32x4.sqrt),
  // ±1 by the sign, but ±0 and NaN as they are.
  sign: one((x) => {
    const unit = v128.or(v128.and(x, f32x4.const(-0)), f32x4.const(1))
    const nonzero = v128.or(f32x4.lt(x, f32x4.const(0)), f32x4.gt(x, f32x4.const(0)))
    return v128.bitselect(unit, x, nonzero)
  }),
  add: two(f32x4.add),
  sub: two(f32x4.sub),
  mul: two(f32x4.mul),
  div: two(f32x4.div),
  maximum: two(f32x4.max),
  minimum: two(f32x4.min),
  eq: two(f32x4.eq),
  lt: two(f32x4.lt),
  le: two(f32x4.le),
}

/** An elementwise primitive on four lanes; bool is a mask. The terms are locals or cheap to compute again. */
export function applyVector(
  module: ModuleBuilder,
  code: Code,
  name: string,
  dtype: DType,
  args: readonly Term[],
  features: Features,
): Vector {
  const values = args.map(({ value }) => value as Vector)
  const from = args[0]?.dtype ?? dtype
  const [a, b, c] = values as [Vector, Vector, Vector]
  if (name === 'where') return v128.bitselect(b, c, a)
  if (name === 'cast') return cast(code, a, from, dtype)
  if (from === 'f32') {
    const quick = cheapExtremum(name, args)
    if (quick !== null) return quick
    const smooth = vectorMath[name]
    if (smooth !== undefined) return smooth(module, mathCode(code, features), code.let(a))
    if (name === 'pow' || name === 'remainder') return eachLane(module, code, name, values)
  }
  if (from === 'i32' && name === 'remainder') {
    let out = code.let(a)
    for (let lane = 0; lane < 4; lane++) {
      const rest = module.callFor(
        'i32',
        remainderOf(module, 'i32'),
        i32x4.extract(a, lane),
        i32x4.extract(b, lane),
      )
      out = code.let(i32x4.replace(out, lane, rest))
    }
    return out
  }
  const apply = { i32: onInts, bool: onBools, f32: onFloats, f64: {} as typeof onInts }[from][name]
  if (apply === undefined)
    throw new Error(`samkit: there is no code for ${name} of ${from}; please report this`)
  return apply(...values)
}

/**
 * `maximum` or `minimum` with a constant in a few instructions, where the engine needs seven for the general case:
 * `pmax(x, c)` keeps a NaN in x and differs at most in the sign of a zero.
 */
function cheapExtremum(name: string, args: readonly Term[]): Vector | null {
  if (name !== 'maximum' && name !== 'minimum') return null
  const fixed = args.find(({ constant }) => constant !== undefined && !Number.isNaN(constant))
  const other = args.find((term) => term !== fixed)
  if (fixed === undefined || other === undefined) return null
  const [x, c] = [other.value as Vector, fixed.value as Vector]
  if (name === 'minimum') return Object.is(fixed.constant, -0) ? null : f32x4.pmin(x, c)
  return Object.is(fixed.constant, 0) ? f32x4.add(f32x4.pmax(x, c), f32x4.const(0)) : f32x4.pmax(x, c)
}

/** One lane after another through a function of doubles. */
function eachLane(
  module: ModuleBuilder,
  code: Code,
  name: 'pow' | 'remainder',
  values: readonly Vector[],
): Vector {
  let out = code.let(values[0] as Vector)
  for (let lane = 0; lane < 4; lane++) {
    const args = values.map((value) => code.let(f64.promoteF32(f32x4.extract(value, lane))))
    const [a, b] = args as [(typeof args)[0], (typeof args)[0]]
    const result =
      name === 'pow' ? pow(module, a, b) : module.callFor('f64', remainderOf(module, 'f64'), a, b)
    out = code.let(f32x4.replace(out, lane, f32.demoteF64(result)))
  }
  return out
}

function cast(code: Code, x: Vector, from: DType, to: DType): Vector {
  if (from === to) return x
  if (from === 'f32') return to === 'i32' ? i32x4.truncSatF32x4S(x) : f32x4.ne(x, f32x4.const(0))
  if (from === 'i32') return to === 'f32' ? f32x4.convertI32x4S(x) : i32x4.ne(x, zero)
  return v128.and(x, code.constant(to === 'f32' ? f32x4.const(1) : i32x4.const([1, 1, 1, 1])))
}
