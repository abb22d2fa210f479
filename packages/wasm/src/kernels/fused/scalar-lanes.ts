import type { DType } from '@samkit/core'
import {
  type Code,
  type Effect,
  f32,
  f64,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  type Value,
  type ValueType,
} from '../../assembler/index.ts'
import type { Accumulator, Lanes, Where } from './lanes.ts'
import { applyScalar } from './scalar-apply.ts'

const typeOf = (dtype: DType): ValueType => (dtype === 'bool' ? 'i32' : dtype)

/** Code for one number at a time, of any dtype. */
export function scalarLanes(module: ModuleBuilder, code: Code): Lanes {
  const load = (dtype: DType, at: Where): Value => {
    const address = moved(at)
    if (dtype === 'f32') return f32.load(address)
    if (dtype === 'f64') return f64.load(address)
    return dtype === 'i32' ? i32.load(address) : i32.load8u(address)
  }
  const store = (dtype: DType, at: Where, value: Value): Effect => write(dtype, moved(at), value)
  return {
    width: 1,
    typeOf,
    constant,
    progression: (dtype, first) => convert(dtype, i32.add(first, 0)),
    apply: (name, dtype, args) => applyScalar(module, name, dtype, args),
    load,
    loadSome: (dtype, at) => load(dtype, at),
    store,
    storeSome: (dtype, at, _, value) => store(dtype, at, value),
    within: (first, _, size) => i32.ltU(first, size),
    slotBytes: 8,
    fetch: (dtype, address, offset) => {
      if (dtype === 'f32') return f32.load(address, offset)
      return dtype === 'f64' ? f64.load(address, offset) : i32.load(address, offset)
    },
    keep: (dtype, address, offset, value) => {
      const at = i32.add(address, offset)
      return dtype === 'bool' ? i32.store(at, value as Value<'i32'>) : write(dtype, at, value)
    },
    accumulator: (name, dtype) => accumulator(code, name, dtype),
    across: (_, __, value) => value,
  }
}

function moved({ address, delta }: Where): Value<'i32'> {
  return delta === 0 ? address : i32.add(address, delta)
}

function write(dtype: DType, at: Value<'i32'>, value: Value): Effect {
  if (dtype === 'f32') return f32.store(at, value as Value<'f32'>)
  if (dtype === 'f64') return f64.store(at, value as Value<'f64'>)
  return dtype === 'i32' ? i32.store(at, value as Value<'i32'>) : i32.store8(at, value as Value<'i32'>)
}

function constant(dtype: DType, value: number): Value {
  if (dtype === 'f32') return f32.const(value)
  return dtype === 'f64' ? f64.const(value) : i32.const(value)
}

function convert(dtype: DType, x: Value<'i32'>): Value {
  if (dtype === 'f32') return f32.convertI32S(x)
  return dtype === 'f64' ? f64.convertI32S(x) : x
}

/** Sums of f32 run in f64: one number at a time, that costs nothing. */
function accumulator(code: Code, name: 'sum' | 'max' | 'min', dtype: DType): Accumulator {
  const wide = dtype === 'f32' ? 'f64' : dtype
  const total = code.local(typeOf(wide))
  const widen = (x: Value): Value => (dtype === 'f32' ? f64.promoteF32(x as Value<'f32'>) : x)
  const combine = (x: Value): void => code.set(total, combined(code, name, total, x))
  return {
    reset: () => code.set(total, constant(wide, identityOf(name, wide))),
    take: (value) => combine(widen(value)),
    merge: (other) => combine(widen(other.value())),
    value: () => (dtype === 'f32' ? f32.demoteF64(total as Local<'f64'>) : total),
  }
}

/** What changes nothing when it is taken. */
export function identityOf(name: 'sum' | 'max' | 'min', dtype: DType): number {
  if (name === 'sum') return 0
  if (dtype === 'i32') return name === 'max' ? -(2 ** 31) : 2 ** 31 - 1
  return name === 'max' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

function combined(code: Code, name: 'sum' | 'max' | 'min', total: Local, x: Value): Value {
  if (total.type === 'f64') {
    const f = { sum: f64.add, max: f64.max, min: f64.min }[name]
    return f(total as Local<'f64'>, x as Value<'f64'>)
  }
  const [a, b] = [total as Local<'i32'>, code.let(x as Value<'i32'>)]
  if (name === 'sum') return i32.add(a, b)
  return select(name === 'max' ? i32.gtS(a, b) : i32.ltS(a, b), a, b)
}
