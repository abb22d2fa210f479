import {
  argsort,
  type Executable,
  gather,
  maximum,
  neg,
  sin,
  type Tensor,
  type TypedArray,
} from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import { afterAll, expect, test } from 'vitest'
import type { HostBuffer } from '../buffer.ts'
import { Device } from '../device/device.ts'
import { loadGpuJs } from '../device/gpujs.ts'
import { dialectOf } from '../math/dialect.ts'
import { GpuExecutable } from './executable.ts'
import { drawn, floats, integers } from './plans.testing.ts'

const hold = (data: TypedArray): HostBuffer => ({ data, dispose: () => {} })
const dialect = dialectOf('cpu')
const device = new Device(await loadGpuJs(), 'cpu', dialect, { pipelines: 4, bytes: 2 ** 20 })

afterAll(() => device.dispose())

const executableFor = (...tensors: readonly Tensor[]): GpuExecutable =>
  new GpuExecutable(device, dialect, planOf(tensors).plan, hold)

async function dataOf(executable: Executable, ...inputs: readonly TypedArray[]): Promise<TypedArray[]> {
  const outputs = await executable.run(inputs.map(hold))
  return outputs.map((output) => (output as HostBuffer).data)
}

test('an executable tells what it computes on the host', () => {
  expect(executableFor(sin(floats(3))).onHost).toEqual([])
  expect(executableFor(drawn(3).add(1)).onHost).toContain('random')
  expect(executableFor(integers(3).add(1)).onHost).toEqual(['constant', 'add'])
})

test('an executable that is handed integers beyond 2^24 computes on the host from then on', async () => {
  const x = integers(4)
  const executable = executableFor(maximum(gather(x, 0, argsort(x)), neg(x)))
  const [small, large] = [
    Int32Array.of(3, -7, 5, 0),
    Int32Array.of(2 ** 24 + 1, 2 ** 24 + 2, 7, -(2 ** 30) - 1),
  ]
  expect(executable.onHost).toEqual([])
  expect(executable.sources.length).toBeGreaterThan(0)
  expect(await dataOf(executable, small)).toEqual([Int32Array.of(-3, 7, 3, 5)])
  expect(await dataOf(executable, large)).toEqual([
    Int32Array.of(-(2 ** 24) - 1, 7, 2 ** 24 + 1, 2 ** 30 + 1),
  ])
  expect(executable.onHost).toContain('argsort')
  expect(await dataOf(executable, small)).toEqual([Int32Array.of(-3, 7, 3, 5)])
})

test('an input that goes through is handed out as a copy', async () => {
  const x = floats(3)
  const executable = executableFor(x, x.reshape(3, 1), x.add(0))
  const input = Float32Array.of(1, 2, 3)
  const outputs = await dataOf(executable, input)
  expect(outputs).toEqual([input, input, input])
  expect(new Set([input, ...outputs].map(({ buffer }) => buffer)).size).toBe(4)
})
