import { primitives } from '@samkit/core'
import { expect, test } from 'vitest'
import { generatePrimitive, supportsPrimitive } from './index.ts'
import { hostArray, kernelOf } from './primitives.testing.ts'

const named = (name: string) =>
  primitives.find((primitive) => primitive.name === name) ?? expect.unreachable(name)

test('there are kernels for what lowering leaves as a primitive', () => {
  const supported = primitives.filter(supportsPrimitive).map(({ name }) => name)
  expect(supported.sort()).toEqual([
    'argmax',
    'argmin',
    'argsort',
    'cumsum',
    'fold',
    'gather',
    'random',
    'scatterAdd',
  ])
})

test('a primitive that only shares the name of one has no kernel', () => {
  const own = { ...named('argsort') }
  const use = { inputs: [hostArray('f32', [3], [2, 1, 3])], attrs: { axis: 0, descending: false } }
  expect(supportsPrimitive(own)).toBe(false)
  expect(() => generatePrimitive(kernelOf(own, use), { relaxedSimd: false, sharedMemory: false })).toThrow(
    'the wasm backend has no kernel for the primitive "argsort"',
  )
})
