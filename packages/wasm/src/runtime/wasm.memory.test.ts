import { add, exp, mul, ones, realize, setBackend, sum, type Tensor } from '@samkit/core'
import { afterEach, expect, test } from 'vitest'
import { testBackend } from './wasm.testing.ts'
import type { WasmBackend } from './wasm.ts'

const collect = globalThis.gc as () => void
const MiB = 2 ** 20

let backend: WasmBackend

async function begin(options: Parameters<typeof testBackend>[0]): Promise<void> {
  backend = testBackend(options)
  await setBackend(backend)
}

afterEach(async () => {
  await setBackend('reference')
  await backend.dispose()
})

/** Lets callbacks for collected objects run. */
async function collected(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve))
  }
}

test('values that nobody holds make room before memory is exhausted, though the loop never pauses', async () => {
  await begin({ maxMemory: 48 * MiB })
  let x: Tensor = ones([MiB])
  for (let i = 0; i < 200; i++) {
    x = add(x, 1).detach()
    // Answers at once, so that no callback runs unless the backend lets it.
    await realize(x)
  }
  expect((await x.data())[7]).toBe(201)
})

test.each([
  [1, 1000],
  [2, 100],
])('on %i threads %i steps leave the arena and the heap as they were', async (threads, steps) => {
  await begin({ threads, pieceCost: 1 })
  let x: Tensor = ones([100, 100])
  const step = async (): Promise<void> => {
    const next = mul(add(x, 1), 0.5)
    await realize(next)
    x = next.detach()
    await sum(x).item()
  }
  for (let i = 0; i < steps / 5; i++) await step()
  await collected()
  const [before, heap] = [backend.stats(), process.memoryUsage().heapUsed]
  for (let i = 0; i < steps; i++) await step()
  await collected()
  const after = backend.stats()
  expect(after.runs - before.runs).toBe(2 * steps)
  expect(after.memory.used).toBe(before.memory.used)
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(MiB)
})

test('plans that are forgotten give their memory back', async () => {
  await begin({ threads: 2 })
  const plan = async (n: number): Promise<void> => {
    const y = exp(ones([n, 3]))
    await realize(y)
    y.dispose()
  }
  for (let n = 1; n <= 260; n++) await plan(n)
  await collected()
  const before = backend.stats().memory.used
  for (let n = 261; n <= 460; n++) await plan(n)
  await collected()
  expect(backend.stats().programs).toBe(460)
  expect(backend.stats().memory.used - before).toBeLessThan(2 ** 15)
})
