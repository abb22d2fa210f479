// Headless GL is there for the tests that count on it, and gpu.js computes on it.
import { expect, test } from 'vitest'
import { addWith } from './adding.testing.ts'

test('gpu.js adds numbers with headless GL', async () => {
  const { sums, right, ranOn } = await addWith('headlessgl')
  expect(ranOn).toBe('headlessgl')
  expect(sums).toEqual(right)
})
