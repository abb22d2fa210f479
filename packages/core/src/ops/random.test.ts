import { describe, expect, it } from 'vitest'
import { grad } from '../autodiff/grad.ts'
import { compileStats } from '../compiler/cache.ts'
import type { Shape } from '../graph/dtype.ts'
import { fromOwned } from '../graph/leaf.ts'
import type { Tensor } from '../graph/tensor.ts'
import { philox4x32 } from '../reference/philox.ts'
import { dataSync } from '../tensor/value.ts'
import { mul } from './arithmetic.ts'
import { sum } from './broadcast.ts'
import { iota } from './leaves.ts'
import { type RandomAttrs, random } from './random.ts'

const words = [0x12345678, -7] as const
const key = fromOwned(Int32Array.of(...words), [2])
const stream = (value: number): Tensor => fromOwned(Int32Array.of(value), [])

function drawn(attrs: Partial<RandomAttrs> & { shape: Shape }, at = 3): number[] {
  return [...dataSync(random(key, stream(at), { dtype: 'i32', tag: 5, ...attrs }))]
}

function block(index: number, at = 3, tag = 5): number[] {
  const out = new Uint32Array(4)
  philox4x32(out, index, 0, at, tag, ...words)
  return [...out]
}

describe('random', () => {
  it('takes i32 element e from lane e mod 4 of block e / 4', () => {
    const expected = [...block(0), ...block(1), ...block(2)].map((word) => word | 0)
    expect(drawn({ shape: [2, 5] })).toEqual(expected.slice(0, 10))
  })

  it('makes f32 of the top 24 bits of a word', () => {
    const expected = [...block(0), ...block(1)].map((word) => Math.floor(word / 2 ** 8) / 2 ** 24)
    expect(drawn({ shape: [7], dtype: 'f32' })).toEqual(expected.slice(0, 7))
  })

  it('makes f64 of 27 bits of one word and 26 of the next', () => {
    const pair = (high = 0, low = 0): number =>
      Number((BigInt(high >>> 5) << 26n) | BigInt(low >>> 6)) / 2 ** 53
    const expected = [block(0), block(1)].flatMap(([a, b, c, d]) => [pair(a, b), pair(c, d)])
    expect(drawn({ shape: [3], dtype: 'f64' })).toEqual(expected.slice(0, 3))
  })

  it('reads the stream and the tag as words of the counter', () => {
    expect(drawn({ shape: [4], tag: 2 ** 32 - 1 }, -2)).toEqual(block(0, -2, -1).map((word) => word | 0))
  })

  it('draws scalars and tensors of no elements', () => {
    expect(drawn({ shape: [] })).toEqual(drawn({ shape: [1] }))
    expect(drawn({ shape: [3, 0] })).toEqual([])
  })

  it('compiles once for all keys and streams', () => {
    dataSync(random(key, stream(0), { shape: [9], dtype: 'f32', tag: 77 }))
    const before = compileStats().compiled
    for (let step = 1; step <= 5; step++) {
      const other = fromOwned(Int32Array.of(step, 0), [2])
      dataSync(random(other, stream(step), { shape: [9], dtype: 'f32', tag: 77 }))
    }
    expect(compileStats().compiled).toBe(before)
  })

  it('is a constant to derivatives', () => {
    const noise = random(key, stream(0), { shape: [4], dtype: 'f32', tag: 0 })
    const slope = grad((x: Tensor) => sum(mul(x, noise)))(iota(4, 'f32'))
    expect(dataSync(slope)).toEqual(dataSync(noise))
  })

  it('refuses what is no key, stream, dtype, shape or tag', () => {
    const attrs = { shape: [4], dtype: 'f32', tag: 0 } as const
    expect(() => random(iota(2, 'f32'), stream(0), attrs)).toThrow(
      'random: the key must be i32 [2], as key(seed)',
    )
    expect(() => random(iota(3), stream(0), attrs)).toThrow('got i32 [3]')
    expect(() => random(key, iota(1), attrs)).toThrow('random: the stream must be an i32 scalar, got i32 [1]')
    expect(() => random(key, stream(0), { ...attrs, dtype: 'bool' })).toThrow(
      'draws i32, f32 or f64, not bool',
    )
    expect(() => random(key, stream(0), { ...attrs, shape: [-1] })).toThrow('[-1] is no shape')
    expect(() => random(key, stream(0), { ...attrs, tag: 0.5 })).toThrow(
      'whole number from 0 to 2^32 - 1, got 0.5',
    )
  })
})
