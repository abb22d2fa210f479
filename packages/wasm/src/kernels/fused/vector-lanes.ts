import type { DType } from '@samkit/core'
import {
  type Code,
  type Effect,
  f32x4,
  type Int,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type ModuleBuilder,
  type Value,
  type Vector,
  v128,
} from '../../assembler/index.ts'
import type { Features } from '../generator.ts'
import type { Accumulator, Lanes, Where } from './lanes.ts'
import { identityOf } from './scalar-lanes.ts'
import { loadLanes, storeLanes } from './some-lanes.ts'
import { applyVector } from './vector-apply.ts'

/** Code for four numbers at a time, of f32, i32 and bool. */
export function vectorLanes(module: ModuleBuilder, code: Code, features: Features): Lanes {
  return {
    width: 4,
    typeOf: () => 'v128',
    constant: vectorOf,
    progression: (dtype, first, step) => {
      const whole = steps(first, step)
      return dtype === 'f32' ? f32x4.convertI32x4S(whole) : whole
    },
    apply: (name, dtype, args) => applyVector(module, code, name, dtype, args, features),
    load: (dtype, at) => load(code, dtype, at),
    loadSome: (dtype, at, bits, fill) =>
      typeof bits === 'number'
        ? gather(code, dtype, at, bits, fill as Vector)
        : module.callFor('v128', loadLanes(module, dtype === 'bool', at.stride), start(at), bits, fill),
    store: (dtype, at, value) => store(code, dtype, at, value as Vector),
    storeSome: (dtype, at, bits, value) => {
      if (typeof bits === 'number') return scatter(code, dtype, at, bits, value as Vector)
      return module.call(storeLanes(module, dtype === 'bool', at.stride), start(at), bits, value)
    },
    within: (first, step, size) => i32x4.bitmask(i32x4.gtU(i32x4.splat(size), steps(first, step))),
    slotBytes: 16,
    fetch: (_, address, offset) => v128.load(address, offset),
    keep: (_, address, offset, value) => v128.store(address, value as Vector, offset),
    accumulator: (name, dtype) => accumulator(code, name, dtype),
    across: (name, dtype, value) => across(code, name, dtype, value as Vector),
  }
}

function vectorOf(dtype: DType, value: number): Vector {
  if (dtype === 'f32') return f32x4.const(value)
  const lane = dtype === 'bool' ? -Number(value !== 0) : value
  return i32x4.const([lane, lane, lane, lane])
}

function steps(first: Int, step: number): Vector {
  return step === 0
    ? i32x4.splat(first)
    : i32x4.add(i32x4.splat(first), i32x4.const([0, step, 2 * step, 3 * step]))
}

function start({ address, delta }: Where): Value<'i32'> {
  return delta === 0 ? address : i32.add(address, delta)
}

/** An address and a constant to add to it that reach a lane; the constant of an instruction is not negative. */
function laneAt({ address, delta, stride }: Where, lane: number): [Value<'i32'>, number] {
  const by = delta + lane * stride
  return by >= 0 ? [address, by] : [i32.add(address, by), 0]
}

function load(code: Code, dtype: DType, at: Where): Vector {
  const [address, offset] = laneAt(at, 0)
  if (at.stride === 0) {
    return dtype === 'bool'
      ? i32x4.splat(i32.sub(0, i32.load8u(address, offset)))
      : v128.load32Splat(address, offset)
  }
  if (dtype === 'bool' && at.stride === 1) {
    const words = i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(v128.load32Zero(address, offset)))
    return i32x4.neg(words)
  }
  if (dtype !== 'bool' && at.stride === 4) return v128.load(address, offset)
  if (dtype !== 'bool' && Math.abs(at.stride) <= 12) return fromTwo(at)
  return gather(code, dtype, at, 15, i32x4.const([0, 0, 0, 0]))
}

/** Lanes up to three numbers apart: the first two are in the vector at the first, the others in the one that ends at the last. */
function fromTwo(at: Where): Vector {
  const step = Math.abs(at.stride) / 4
  const low = at.stride < 0 ? 3 : 0
  const [first, firstOffset] = laneAt(at, low)
  const [last, lastOffset] = laneAt({ ...at, delta: at.delta - 12 }, 3 - low)
  const words = [0, step, 4 + 3 - step, 4 + 3]
  const bytes = (at.stride < 0 ? words.reverse() : words).flatMap((word) =>
    [0, 1, 2, 3].map((b) => 4 * word + b),
  )
  return i8x16.shuffle(v128.load(first, firstOffset), v128.load(last, lastOffset), bytes)
}

/** Lanes known beforehand, one by one. */
function gather(code: Code, dtype: DType, at: Where, bits: number, fill: Vector): Vector {
  const out = code.local('v128')
  code.set(out, fill)
  for (let lane = 0; lane < 4; lane++) {
    if ((bits & (1 << lane)) === 0) continue
    const [address, offset] = laneAt(at, lane)
    code.set(
      out,
      dtype === 'bool'
        ? i32x4.replace(out, lane, i32.sub(0, i32.load8u(address, offset)))
        : v128.load32Lane(address, out, lane, offset),
    )
  }
  return out
}

function store(code: Code, dtype: DType, at: Where, value: Vector): Effect {
  const [address, offset] = laneAt(at, 0)
  if (dtype !== 'bool' && at.stride === 4) return v128.store(address, value, offset)
  if (dtype === 'bool' && at.stride === 1) {
    const ones = v128.and(value, code.constant(i32x4.const([1, 1, 1, 1])))
    const halves = i16x8.narrowI32x4U(ones, ones)
    return v128.store32Lane(address, i8x16.narrowI16x8U(halves, halves), 0, offset)
  }
  return scatter(code, dtype, at, 15, value)
}

function scatter(code: Code, dtype: DType, at: Where, bits: number, value: Vector): Effect {
  const kept = code.let(value)
  const effects: Effect[] = []
  for (let lane = 0; lane < 4; lane++) {
    if ((bits & (1 << lane)) === 0) continue
    const [address, offset] = laneAt(at, lane)
    effects.push(
      dtype === 'bool'
        ? i32.store8(address, i32.sub(0, i32x4.extract(kept, lane)), offset)
        : v128.store32Lane(address, kept, lane, offset),
    )
  }
  return {
    emit: (out) => {
      for (const effect of effects) effect.emit(out)
    },
  }
}

/** A mask of the lanes in `bits`. */
function maskOf(bits: number): Vector {
  return i32x4.const([0, 1, 2, 3].map((lane) => -((bits >> lane) & 1)))
}

function accumulator(code: Code, name: 'sum' | 'max' | 'min', dtype: DType): Accumulator {
  const total = code.local('v128')
  const identity = vectorOf(dtype, identityOf(name, dtype))
  const masked = (value: Vector, bits: number): Vector =>
    bits === 15 ? value : v128.bitselect(value, identity, maskOf(bits))
  const reset = (): void => code.set(total, identity)
  if (name === 'sum' || dtype === 'i32') {
    const combine =
      name === 'sum' ? (dtype === 'i32' ? i32x4.add : f32x4.add) : name === 'max' ? i32x4.maxS : i32x4.minS
    return {
      reset,
      take: (value, bits) => code.set(total, combine(total, masked(value as Vector, bits))),
      merge: (other) => code.set(total, combine(total, other.value() as Vector)),
      value: () => total,
    }
  }
  // The largest of what is no NaN, and apart from it whether there was one: cheaper than both in one instruction.
  const lost = code.local('v128')
  const better = name === 'max' ? f32x4.pmax : f32x4.pmin
  return {
    reset: () => {
      reset()
      code.set(lost, i32x4.const([0, 0, 0, 0]))
    },
    take: (value, bits) => {
      const x = code.let(masked(value as Vector, bits))
      code.set(total, better(total, x))
      code.set(lost, v128.or(lost, f32x4.ne(x, x)))
    },
    merge: (other) => {
      const x = code.let(other.value() as Vector)
      code.set(total, better(total, x))
      code.set(lost, v128.or(lost, f32x4.ne(x, x)))
    },
    value: () => v128.or(total, lost),
  }
}

/** Pairs of lanes two apart, then what came of it. */
function across(code: Code, name: 'sum' | 'max' | 'min', dtype: DType, value: Vector): Vector {
  const whole = dtype === 'i32'
  const combine = {
    sum: whole ? i32x4.add : f32x4.add,
    max: whole ? i32x4.maxS : f32x4.max,
    min: whole ? i32x4.minS : f32x4.min,
  }[name]
  const swapped = (x: Vector, lanes: readonly number[]): Vector =>
    i8x16.shuffle(
      x,
      x,
      lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
    )
  const first = code.let(value)
  const half = code.let(combine(first, swapped(first, [2, 3, 0, 1])))
  return combine(half, swapped(half, [1, 0, 3, 2]))
}
