import { random } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyCuts, compiled, expectReference, hostArray } from './primitives.testing.ts'

const words = fc.oneof(fc.constantFrom(0, -1, -(2 ** 31), 2 ** 31 - 1), fc.integer())
const draws = fc.record({
  key: fc.tuple(words, words),
  stream: words,
  tag: fc.oneof(fc.constantFrom(0, 2 ** 32 - 1), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  dtype: fc.constantFrom('i32' as const, 'f32' as const, 'f64' as const),
  count: fc.integer({ min: 1, max: 150 }),
  cuts: anyCuts,
})

describe('random', () => {
  test('draws the bits that the reference kernel draws, for any key, stream, tag and number', () => {
    fc.assert(
      fc.property(draws, ({ key, stream, tag, dtype, count, cuts }) =>
        expectReference(
          random.primitive,
          {
            inputs: [hostArray('i32', [2], key), hostArray('i32', [], [stream])],
            attrs: { shape: [count], dtype, tag },
          },
          cuts,
        ),
      ),
    )
  })

  test('gives the published words of Philox 4x32-10 for a counter and a key of zeros', () => {
    const inputs = [hostArray('i32', [2], [0, 0]), hostArray('i32', [], [0])]
    const drawn = compiled(random.primitive, { inputs, attrs: { shape: [4], dtype: 'i32', tag: 0 } }).run()
    expect([...new Uint32Array(drawn.buffer)].map((word) => word.toString(16))).toEqual([
      '6627e8d5',
      'e169c58d',
      'bc57ac4c',
      '9b00dbd8',
    ])
  })
})
