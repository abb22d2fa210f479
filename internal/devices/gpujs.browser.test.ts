// Pages have the devices that tests in pages count on, and gpu.js computes on them.
import { expect, test } from 'vitest'
import { addWith } from './adding.testing.ts'

test('a page is isolated, so that its threads can share memory', () => {
  expect(crossOriginIsolated).toBe(true)
  expect(new SharedArrayBuffer(8).byteLength).toBe(8)
})

test.each(['webgl2', 'webgpu'] as const)('gpu.js adds numbers with %s on a page', async (mode) => {
  const { sums, right, ranOn } = await addWith(mode)
  expect(ranOn).toBe(mode)
  expect(sums).toEqual(right)
})
