import { backendNames, getBackend, setBackend, tensor } from '@samkit/core'
import { expect, test } from 'vitest'
import { gpu, gpuModes } from './index.ts'

test('a mode that there is not is refused with those that there are', async () => {
  const unknown = 'webgl' as 'webgl2'
  await expect(gpu({ mode: unknown })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Error: gpu: there is no mode "webgl"; there are auto, webgpu, webgl2, headlessgl, webasm, cpu]`,
  )
})

test.each([
  ['webgl2', 'gpu: mode webgl2 does not run here: there is no WebGL 2 here, which takes a browser'],
  [
    'webgpu',
    'gpu: mode webgpu does not run here: there is no WebGPU adapter here (in Node it takes the package webgpu, in a browser one that has it)',
  ],
] as const)('in Node the mode %s is refused with the reason', async (mode, message) => {
  await expect(gpu({ mode })).rejects.toThrow(message)
})

test('left to itself it takes a mode that runs', async () => {
  const own = await gpu()
  expect(['headlessgl', 'webasm']).toContain(own.mode)
  expect(own.name).toBe(`gpu:${own.mode}`)
  await own.dispose()
})

test('importing it makes its modes known by name', async () => {
  expect(backendNames()).toEqual(expect.arrayContaining(['gpu', ...gpuModes.map((mode) => `gpu:${mode}`)]))
  await setBackend('gpu:cpu')
  expect(getBackend().name).toBe('gpu:cpu')
  expect(await tensor([1, 2]).add(1).array()).toEqual([2, 3])
  await getBackend().dispose()
  await setBackend('reference')
})
