import { softmax, tensor } from '@samkit/core'
import { expect, test } from 'vitest'
import { backendOn } from '../gpu.ts'
import { dialectOf } from '../math/dialect.ts'
import { Device } from './device.ts'
import { flatVectorsWork } from './flat-vectors.ts'
import { type GpuJs, loadGpuJs } from './gpujs.ts'

const gpujs = await loadGpuJs()

test('threads of the gpu.js that is installed can give four numbers', async () => {
  expect(await flatVectorsWork(gpujs)).toBe(true)
})

test('where gpu.js counts the numbers of a vector otherwise, threads give one, and results are right', async () => {
  const other: GpuJs = {
    ...gpujs,
    GPU: gpujs.GPU,
    WebGPUKernel: class extends gpujs.WebGPUKernel {
      override get componentCount(): number {
        return 4
      }
      override set componentCount(_: number) {}
    },
  }
  expect(await flatVectorsWork(other)).toBe(false)
  const limits = { pipelines: 4, bytes: 2 ** 20 }
  const backend = backendOn(new Device(other, 'webgpu', dialectOf('webgpu', false), limits))
  const sum = softmax(tensor([1, 2, 3, 4]).add(1)).sum()
  expect(await sum.item({ backend })).toBeCloseTo(1, 6)
  expect(backend.stats().vectors).toBe(false)
  await backend.dispose()
})
