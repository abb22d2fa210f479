// gpu.js computes what a mode cannot do in another, with no more than a warning.
import { afterAll, expect, test } from 'vitest'
import type { DeviceKernel } from '../kernels/device-kernel.ts'
import { dialectOf } from '../math/dialect.ts'
import type { DeviceProgram } from '../plan/device-program.ts'
import { Device } from './device.ts'
import { loadGpuJs } from './gpujs.ts'
import { Pipeline } from './pipeline.ts'

const device = new Device(await loadGpuJs(), 'webasm', dialectOf('webasm'), { pipelines: 4, bytes: 2 ** 20 })

afterAll(() => device.dispose())

const plain = { readings: ['numbers'], width: 1 } as const

/** A program of one kernel, from two elements to two. */
const programOf = (source: string): DeviceProgram => {
  const sizes = { inputSizes: [2], size: 2, grid: [2] }
  const kernel: DeviceKernel = { ...plain, ...sizes, source, inputs: [0], output: 1, steps: [0] }
  return { kernels: [kernel], outputs: [1], checks: [] }
}

test.each([
  [
    'writes to a local array',
    'function (a) { const v = [0, 0]; v[0] = a[this.thread.x]; return v[0] + v[1]; }',
  ],
  ['gives truths, for which gpu.js turns to mode cpu', 'function (a) { return a[this.thread.x] > 1; }'],
])(
  'a kernel that the mode does not run is an error, as one that %s, and nothing of it is kept',
  async (_, source) => {
    await expect(device.run(programOf(source), [Float32Array.of(1, 2)])).rejects.toThrow()
    expect(device.use.pipelines).toBe(0)
  },
)

test('after that the device computes on', async () => {
  const program = programOf('function (a) { return a[this.thread.x] + 1; }')
  expect(await device.run(program, [Float32Array.of(1, 2)])).toEqual([Float32Array.of(2, 3)])
})

test('a pipeline that ran in another mode than was asked for is an error', async () => {
  const gpujs = await loadGpuJs()
  const gpu = new gpujs.GPU({ mode: 'webasm' })
  const program = programOf('function (a) { return a[this.thread.x] + 1; }')
  const pipeline = new Pipeline(gpujs, gpu, 'webgpu', program)
  await expect(pipeline.run([Float32Array.of(1, 2)])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[Error: gpu: gpu.js ran mode webasm where webgpu was asked for]`,
  )
  await pipeline.destroy()
  await gpu.destroy()
})
