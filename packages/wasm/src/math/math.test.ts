import { describe, expect, test } from 'vitest'
import { i32, ModuleBuilder, v128 } from '../assembler/index.ts'
import { testFeatures } from '../features.ts'
import { mathImports } from '../runtime/imports.ts'
import { mathCode, vectorMath } from './index.ts'

const pages = 16
const capacity = (pages * 65536) / 8

/** A function of `vectorMath` made to run over arrays. */
function made(name: string, relaxedSimd: boolean): (x: Float32Array) => Float32Array {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const module = new ModuleBuilder({ shared: false, maxPages: pages })
  const run = module.function('run', ['i32'], null, (code, count) => {
    const i = code.local('i32')
    code.for(i, { from: 0, to: i32.mul(count, 4), step: 16 }, () => {
      const x = code.let(v128.load(i))
      const y = vectorMath[name]!(module, mathCode(code, { relaxedSimd }), x)
      code.run(v128.store(i, y, capacity * 4))
    })
  })
  module.export('run', run)
  const compiled = new WebAssembly.Module(module.finish())
  const { exports } = new WebAssembly.Instance(compiled, {
    samkit: { memory },
    math: mathImports(),
  })
  const floats = new Float32Array(memory.buffer)
  return (x) => {
    const out = new Float32Array(x.length)
    for (let start = 0; start < x.length; start += capacity) {
      const piece = x.subarray(start, start + capacity)
      floats.set(piece)
      ;(exports.run as (count: number) => void)(piece.length)
      out.set(floats.subarray(capacity, capacity + piece.length), start)
    }
    return out
  }
}

/** Numbers of every sign and exponent, `each` of each, and those at which functions change their ways. */
function sweep(each: number): Float32Array {
  const bits: number[] = [0, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x7f800000, 0x7fc00000]
  for (let exponent = 0; exponent < 255; exponent++) {
    for (let i = 0; i < each; i++) {
      bits.push((exponent << 23) | Math.floor(((i + ((exponent * 0.618) % 1)) / each) * 2 ** 23))
    }
  }
  const both = bits.flatMap((b) => [b, b | 0x80000000])
  return new Float32Array(Int32Array.from(both).buffer)
}

/** `count` numbers evenly spaced from one to another. */
function range(from: number, to: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))
}

const erf = mathImports().erf as (x: number) => number

const single = new Float32Array(1)
const word = new Int32Array(single.buffer)

/** The distance from a float to its neighbour away from zero. */
function spacing(x: number): number {
  single[0] = Math.abs(x)
  const own = single[0]
  word[0]! += 1
  const next = single[0]
  return Number.isFinite(next) ? next - own : 2 ** 104
}

/** How far a result is from the right one, in units of the right one's last place. */
function ulps(result: number, right: number): number {
  const rounded = Math.fround(right)
  if (Object.is(result, rounded) || (Number.isNaN(result) && Number.isNaN(rounded))) return 0
  if (!Number.isFinite(rounded))
    return Math.abs(result) >= 3.4028234e38 && result * rounded > 0 ? 0.5 : Number.POSITIVE_INFINITY
  if (!Number.isFinite(result))
    return Math.abs(right) > 3.40282e38 && result * right > 0 ? 1 : Number.POSITIVE_INFINITY
  if (result === 0 && rounded === 0) return Number.POSITIVE_INFINITY
  return Math.abs(result - right) / spacing(rounded)
}

const functions = [
  { name: 'exp', right: Math.exp, bound: 1, dense: [-104, 89] },
  { name: 'expm1', right: Math.expm1, bound: 2, dense: [-18, 3] },
  { name: 'log', right: Math.log, bound: 1, dense: [0.3, 3] },
  { name: 'log1p', right: Math.log1p, bound: 2, dense: [-1, 3] },
  { name: 'tanh', right: Math.tanh, bound: 5, dense: [-10, 10] },
  { name: 'erf', right: erf, bound: 6, dense: [-4.5, 4.5] },
  { name: 'sin', right: Math.sin, bound: 2, dense: [-2100, 2100] },
  { name: 'cos', right: Math.cos, bound: 2, dense: [-2100, 2100] },
] as const

const { relaxedSimd } = testFeatures({ relaxedSimd: true, sharedMemory: false })
const ways = relaxedSimd ? [false, true] : [false]

describe.each(functions)('$name', ({ name, right, bound, dense }) => {
  test.each(ways)(`is within ${bound} ULP everywhere (relaxed SIMD: %s)`, (relaxed) => {
    const f = made(name, relaxed)
    const worst = { ulps: 0, at: 0 }
    for (const x of [sweep(40), range(dense[0], dense[1], 60000)]) {
      const y = f(x)
      y.forEach((result, i) => {
        const off = ulps(result, right(x[i]!))
        if (!(off <= worst.ulps)) Object.assign(worst, { ulps: off, at: x[i]! })
      })
    }
    expect(worst.ulps, `at ${worst.at}`).toBeLessThanOrEqual(bound)
  })
})
