import { expect, test } from 'vitest'
import { referenceBackend } from './reference.ts'

test('the reference backend counts what it holds until it is disposed', () => {
  const spec = { shape: [3], dtype: 'f32' } as const
  const before = referenceBackend.memory?.()
  const buffer = referenceBackend.upload(Float32Array.of(1, 2, 3), spec)
  expect(referenceBackend.memory?.()).toEqual({
    buffers: (before?.buffers ?? 0) + 1,
    bytes: (before?.bytes ?? 0) + 12,
  })
  buffer.dispose()
  buffer.dispose()
  expect(referenceBackend.memory?.()).toEqual(before)
})
