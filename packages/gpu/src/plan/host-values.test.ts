import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromDevice, isNarrow, toDevice } from './host-values.ts'

test('integers within 2^24 either way go to the device and come back as they were', () => {
  const values = fc.int32Array({ min: -(2 ** 24), max: 2 ** 24 })
  fc.assert(
    fc.property(values, (data) => {
      expect(isNarrow(data)).toBe(true)
      expect(fromDevice(toDevice(data), 'i32')).toEqual(data)
    }),
  )
})

test('an integer beyond that is told of', () => {
  for (const value of [2 ** 24 + 1, -(2 ** 24) - 1, 2 ** 31 - 1, -(2 ** 31)]) {
    expect(isNarrow(Int32Array.of(0, value))).toBe(false)
  }
})

test('floats are handed over as they are, truths as 1 and 0', () => {
  const data = Float32Array.of(1, Number.NaN)
  expect(toDevice(data)).toBe(data)
  expect(fromDevice(data, 'f32')).toBe(data)
  const truths = Uint8Array.of(1, 0, 1)
  expect(toDevice(truths)).toEqual(Float32Array.of(1, 0, 1))
  expect(fromDevice(toDevice(truths), 'bool')).toEqual(truths)
})
