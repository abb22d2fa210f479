import type { DType } from '@samkit/core'
import {
  f32,
  f64,
  type Int,
  i32,
  type MathFunction,
  type ModuleBuilder,
  mathFunctions,
  select,
  type Value,
} from '../../assembler/index.ts'
import type { Term } from './lanes.ts'
import { remainderOf } from './remainder.ts'

type Float = typeof f32 | typeof f64
type Apply = (...args: readonly Value[]) => Value

// The instructions of f32 and f64 differ in their types alone; values of one dtype are what each is given here.
const asInt = (x: Value): Value<'i32'> => x as Value<'i32'>
const asDouble = (x: Value): Value<'f64'> => x as Value<'f64'>
const asSingle = (x: Value): Value<'f32'> => x as Value<'f32'>

/** An elementwise primitive on single numbers; bool is an i32 of 0 or 1. */
export function applyScalar(module: ModuleBuilder, name: string, dtype: DType, args: readonly Term[]): Value {
  const values = args.map(({ value }) => value)
  const from = args[0]?.dtype ?? dtype
  if (name === 'where') return select(asInt(values[0] as Value), values[1] as Value, values[2] as Value)
  if (name === 'cast') return cast(values[0] as Value, from, dtype)
  const table = from === 'i32' || from === 'bool' ? ints(module) : floats(module, from)
  const apply = table[name]
  if (apply === undefined)
    throw new Error(`samkit: there is no code for ${name} of ${from}; please report this`)
  return apply(...values)
}

function ints(module: ModuleBuilder): Readonly<Record<string, Apply>> {
  const two =
    (f: (a: Int, b: Int) => Value<'i32'>): Apply =>
    (a, b) =>
      f(asInt(a as Value), asInt(b as Value))
  const one =
    (f: (a: Value<'i32'>) => Value<'i32'>): Apply =>
    (a) =>
      f(asInt(a as Value))
  return {
    neg: one((x) => i32.sub(0, x)),
    abs: one((x) => select(i32.ltS(x, 0), i32.sub(0, x), x)),
    sign: one((x) => i32.sub(i32.gtS(x, 0), i32.ltS(x, 0))),
    floor: one((x) => x),
    add: two(i32.add),
    sub: two(i32.sub),
    mul: two(i32.mul),
    maximum: two((a, b) => select(i32.gtS(a, b), i32.add(a, 0), i32.add(b, 0))),
    minimum: two((a, b) => select(i32.ltS(a, b), i32.add(a, 0), i32.add(b, 0))),
    remainder: two((a, b) => module.callFor('i32', remainderOf(module, 'i32'), i32.add(a, 0), i32.add(b, 0))),
    eq: two(i32.eq),
    lt: two(i32.ltS),
    le: two(i32.leS),
    and: two(i32.and),
    or: two(i32.or),
    not: one(i32.eqz),
  }
}

function floats(module: ModuleBuilder, dtype: DType): Readonly<Record<string, Apply>> {
  const single = dtype === 'f32'
  const own: Float = single ? f32 : f64
  const widen = (x: Value): Value<'f64'> => (single ? f64.promoteF32(asSingle(x)) : asDouble(x))
  const narrow = (x: Value<'f64'>): Value => (single ? f32.demoteF64(x) : x)
  // Both tables take values of their own type, which is that of every argument.
  const one = (name: 'neg' | 'abs' | 'floor' | 'sqrt'): Apply => {
    const f = own[name] as (x: Value) => Value
    return (x) => f(x as Value)
  }
  const two = (name: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min' | 'eq' | 'lt' | 'le'): Apply => {
    const f = own[name] as (a: Value, b: Value) => Value
    return (a, b) => f(a as Value, b as Value)
  }
  const imported = mathFunctions
    .filter((name) => name !== 'pow')
    .map((name): [MathFunction, Apply] => [name, (x) => narrow(module.math(name, widen(x as Value)))])
  return {
    ...Object.fromEntries(imported),
    neg: one('neg'),
    abs: one('abs'),
    floor: one('floor'),
    sqrt: one('sqrt'),
    sign: (x) => narrow(sign(widen(x as Value))),
    add: two('add'),
    sub: two('sub'),
    mul: two('mul'),
    div: two('div'),
    maximum: two('max'),
    minimum: two('min'),
    pow: (a, b) => narrow(pow(module, widen(a as Value), widen(b as Value))),
    remainder: (a, b) =>
      narrow(module.callFor('f64', remainderOf(module, 'f64'), widen(a as Value), widen(b as Value))),
    eq: two('eq'),
    lt: two('lt'),
    le: two('le'),
  }
}

/** ±1 by the sign, but ±0 and NaN as they are. */
function sign(x: Value<'f64'>): Value<'f64'> {
  const nonzero = i32.or(f64.lt(x, f64.const(0)), f64.gt(x, f64.const(0)))
  return select(nonzero, f64.copysign(f64.const(1), x), x)
}

/** IEEE-754's `pow`, of which JavaScript's differs where the base is ±1. */
export function pow(module: ModuleBuilder, a: Value<'f64'>, b: Value<'f64'>): Value<'f64'> {
  const one = f64.const(1)
  const infinite = f64.eq(f64.abs(b), f64.const(Number.POSITIVE_INFINITY))
  const isOne = i32.or(f64.eq(a, one), i32.and(f64.eq(a, f64.const(-1)), infinite))
  return select(isOne, one, module.math('pow', a, b))
}

function cast(x: Value, from: DType, to: DType): Value {
  if (from === to) return x
  if (from === 'f32') {
    const value = asSingle(x)
    if (to === 'f64') return f64.promoteF32(value)
    return to === 'i32' ? i32.truncSatF32(value) : f32.ne(value, f32.const(0))
  }
  if (from === 'f64') {
    const value = asDouble(x)
    if (to === 'f32') return f32.demoteF64(value)
    return to === 'i32' ? i32.truncSatF64(value) : f64.ne(value, f64.const(0))
  }
  const value = asInt(x)
  if (to === 'f32') return f32.convertI32S(value)
  if (to === 'f64') return f64.convertI32S(value)
  return to === 'bool' ? i32.ne(value, 0) : value
}
