import { expect, test } from 'vitest'
import { gpu } from './index.ts'

test('on a page headless GL is refused with the reason', async () => {
  await expect(gpu({ mode: 'headlessgl' })).rejects.toThrow(
    'gpu: mode headlessgl does not run here: the package gl is not built here, or there is no display (under Linux try xvfb-run)',
  )
})

test('left to itself it takes WebGPU where a page has it', async () => {
  const own = await gpu()
  expect(own.mode).toBe('webgpu')
  await own.dispose()
})
