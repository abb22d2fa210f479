import { primitives } from '@samkit/core'
import { expect, test } from 'vitest'
import { generatePrimitive } from './index.ts'
import { hostArray, kernelOf } from './primitives.testing.ts'

test('a primitive that only shares the name of one has no kernel', () => {
  const known = primitives.find(({ name }) => name === 'argsort') ?? expect.unreachable()
  const use = { inputs: [hostArray('f32', [3], [2, 1, 3])], attrs: { axis: 0, descending: false } }
  const kernel = kernelOf(known, use)
  const features = { relaxedSimd: false, sharedMemory: false }
  expect(generatePrimitive(kernel, features)).not.toBeNull()
  expect(generatePrimitive({ ...kernel, primitive: { ...known } }, features)).toBeNull()
})
