import {
  add,
  type Backend,
  cumsum,
  defineUnary,
  exp,
  gather,
  getBackend,
  matmul,
  mul,
  ones,
  RunError,
  realize,
  referenceBackend,
  scatterAdd,
  setBackend,
  sum,
  type Tensor,
  type TypedArray,
  tanh,
  tensor,
} from '@samkit/core'
import { planOf } from '@samkit/core/testing'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { floatGraph, intGraph, recipes } from '../graphs.testing.ts'
import type { WasmBuffer } from './buffer.ts'
import { OutOfMemoryError } from './out-of-memory.ts'
import { testBackend } from './wasm.testing.ts'
import { wasm } from './wasm.ts'

const made: Backend[] = []

function keep<B extends Backend>(backend: B): B {
  made.push(backend)
  return backend
}

afterEach(() => setBackend('reference'))
afterAll(async () => {
  for (const backend of made) await backend.dispose()
})

async function valuesOn(backend: Backend, graph: () => readonly Tensor[]): Promise<TypedArray[]> {
  const tensors = graph()
  await setBackend(backend)
  await realize(...tensors)
  return Promise.all(tensors.map((t) => t.data()))
}

/** The largest distance of two arrays' elements, NaN and infinities counting as equal to themselves alone. */
function distance(a: TypedArray, b: TypedArray): number {
  let most = 0
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? Number.NaN
    if (!Object.is(x, y)) most = Math.max(most, Math.abs(x - y) || Number.POSITIVE_INFINITY)
  }
  return most
}

const one = keep(testBackend({ threads: 1 }))
const two = keep(testBackend({ threads: 2, pieceCost: 1 }))

describe('random graphs', () => {
  test.each([
    ['f64', 1e-11],
    ['f32', 2e-4],
  ] as const)('of %s give what the reference gives', async (dtype, tolerance) => {
    const run = fc.asyncProperty(recipes(12), async (recipe) => {
      const graph = (): Tensor[] => floatGraph(recipe, 8, dtype)
      const wanted = await valuesOn(referenceBackend, graph)
      const got = await valuesOn(two, graph)
      for (const [i, values] of got.entries()) expect(distance(values, wanted[i]!)).toBeLessThan(tolerance)
    })
    await fc.assert(run, { numRuns: 40 })
  })

  test('of whole numbers give exactly what the reference gives', async () => {
    const run = fc.asyncProperty(recipes(12), async (recipe) => {
      const graph = (): Tensor[] => intGraph(recipe, 7)
      expect(await valuesOn(two, graph)).toEqual(await valuesOn(referenceBackend, graph))
    })
    await fc.assert(run, { numRuns: 40 })
  })

  test('give the same bits for any number of threads and pieces', async () => {
    const others = [2, 3, 5].map((threads) => keep(testBackend({ threads, pieceCost: 50 })))
    const run = fc.asyncProperty(recipes(8), async (recipe) => {
      const graph = (): Tensor[] => floatGraph(recipe, 48, 'f32')
      const wanted = await valuesOn(one, graph)
      for (const other of others) expect(await valuesOn(other, graph)).toEqual(wanted)
    })
    await fc.assert(run, { numRuns: 15 })
    expect(others.map((backend) => backend.stats().workers)).toEqual([1, 2, 4])
  })
})

describe('a thread that must not wait', () => {
  const apart = keep(testBackend({ waits: false, threads: 2, pieceCost: 50 }))

  test('leaves all work to the workers, and reads the same bits', async () => {
    const run = fc.asyncProperty(recipes(8), async (recipe) => {
      const graph = (): Tensor[] => floatGraph(recipe, 24, 'f32')
      expect(await valuesOn(apart, graph)).toEqual(await valuesOn(one, graph))
    })
    await fc.assert(run, { numRuns: 20 })
    expect(apart.stats().workers).toBe(2)
  })

  test('computes alone what is read at once, also while the workers run', async () => {
    const x = floatGraph([[2, 0, 1]], 64, 'f32')[0]!
    const later = matmul(x, x).data({ backend: apart })
    const now = tanh(x).dataSync({ backend: apart })
    expect(now).toEqual(tanh(x).dataSync({ backend: one }))
    expect(await later).toEqual(await matmul(x, x).data({ backend: one }))
  })

  test('runs one plan after another where several are asked for', async () => {
    const x = ones([32, 32])
    const reads = Array.from({ length: 20 }, (_, i) => sum(mul(matmul(x, x), i)).item({ backend: apart }))
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 20 }, (_, i) => i * 32 ** 3))
  })
})

describe('memory', () => {
  const MiB = 2 ** 20

  test('that is exhausted is told of, with the cure; what was computed stays, and nothing is lost', async () => {
    const backend = keep(testBackend({ maxMemory: 24 * MiB, threads: 1 }))
    await setBackend(backend)
    const kept = exp(ones([MiB]))
    await realize(kept)
    const before = backend.stats().memory
    const large = mul(ones([2 * MiB]), 3)
    const failure = await realize(matmul(large.reshape([1024, 2048]), large.reshape([2048, 1024]))).catch(
      (e) => e,
    )
    expect(failure).toBeInstanceOf(OutOfMemoryError)
    expect(failure.message).toMatch(
      /^the wasm backend cannot find .* MiB: .* of at most 24 MiB are in use, .* free in pieces of up to .*maxMemory$/,
    )
    expect(backend.stats().memory.used).toBe(before.used)
    expect((await kept.data())[5]).toBe(Math.fround(Math.E))
    kept.dispose()
    expect((await sum(exp(ones([MiB]))).item()) / MiB).toBeCloseTo(Math.E, 2)
  })

  test('grows as it is needed, and keeps what it held', async () => {
    const backend = keep(testBackend({ threads: 2 }))
    await setBackend(backend)
    const first = add(ones([1000]), 1)
    await realize(first)
    const { memory } = backend.stats()
    const more = Array.from({ length: 10 }, (_, i) => add(ones([MiB]), i))
    await realize(...more)
    expect(backend.stats().memory.used).toBeGreaterThan(memory.used + memory.free)
    expect(await sum(first).item()).toBe(2000)
    for (const [i, t] of more.entries()) expect((await t.data())[MiB - 1]).toBe(i + 1)
  })

  test('above 2 GiB works like any other', async () => {
    const backend = keep(testBackend({ threads: 2, pieceCost: 50, maxMemory: 2 ** 32 }))
    // Never touched, so it costs addresses alone.
    const low = [1, 2].map(() =>
      backend.upload(new Uint8Array(0), { shape: [2 ** 30 - 32 * MiB], dtype: 'bool' }),
    )
    const high = backend.upload(Float32Array.of(1), { shape: [16 * MiB], dtype: 'f32' }) as WasmBuffer
    expect(high.address).toBeGreaterThanOrEqual(2 ** 31)
    const run = fc.asyncProperty(recipes(8), async (recipe) => {
      const graph = (): Tensor[] => floatGraph(recipe, 48, 'f32')
      expect(await valuesOn(backend, graph)).toEqual(await valuesOn(one, graph))
    })
    await fc.assert(run, { numRuns: 10 })
    for (const buffer of [...low, high]) buffer.dispose()
  })
})

describe('a kernel that meets what it cannot compute', () => {
  const message = async (backend: Backend, graph: () => Tensor): Promise<string> => {
    const error = await realize(graph().add(1)).then(
      () => null,
      (thrown: Error) => thrown,
    )
    expect(error, backend.name).toBeInstanceOf(RunError)
    return (error as Error).message.replaceAll(`"${backend.name}"`, 'there')
  }

  test('throws what the reference throws, for any number of threads', async () => {
    const x = ones([300, 40])
    const bad = Int32Array.from({ length: 300 * 40 }, (_, i) => (i * 37) % 300)
    for (const at of [11_000, 777, 9001]) bad[at] = -at
    const index = tensor(bad, { shape: [300, 40] })
    const graphs = [
      (): Tensor => gather(x, 0, index),
      (): Tensor => scatterAdd(x, index, 0, 300),
      // The first in the order they were made is told of, whichever runs first.
      (): Tensor => add(gather(mul(x, 2), 0, index), scatterAdd(x, gather(index, 0, index), 0, 300)),
    ]
    for (const graph of graphs) {
      await setBackend(referenceBackend)
      const wanted = await message(referenceBackend, graph)
      for (const backend of [one, two]) {
        await setBackend(backend)
        const before = backend.stats().memory.used
        expect(await message(backend, graph)).toBe(wanted)
        // The inputs alone were brought there.
        expect(backend.stats().memory.used - before).toBeLessThan(2 ** 18)
      }
    }
  })

  test('leaves the backend as good as new', async () => {
    await setBackend(two)
    const index = tensor([0, 9], { dtype: 'i32' })
    await expect(realize(gather(ones([3]), 0, index))).rejects.toThrow('index 9 is out of range')
    expect(await gather(ones([10]), 0, index).data()).toEqual(Float32Array.of(1, 1))
  })
})

test('a primitive that the user defined runs on the host, between kernels', async () => {
  const cube = defineUnary({
    name: 'cube',
    domain: 'float',
    reference: (x) => x * x * x,
    rule: (t, x) => mul(t, mul(mul(x, x), 3)),
  })
  const graph = (): Tensor[] => [tanh(cube(exp(tensor([0.1, 0.2], { dtype: 'f64' }))))]
  const [got] = await valuesOn(two, graph)
  const [wanted] = await valuesOn(referenceBackend, graph)
  expect(distance(got!, wanted!)).toBeLessThan(1e-15)
})

test('many runs of one plan reuse it, and take no more memory', async () => {
  await setBackend(two)
  const x = floatGraph([[2, 0, 1]], 32, 'f32')[0]!
  await realize(x)
  const step = (): Tensor => sum(tanh(matmul(x, x)))
  const [first] = await step().data()
  const { programs, runs, memory } = two.stats()
  for (let i = 0; i < 3000; i++) {
    const y = step()
    expect(y.dataSync()[0]).toBe(first)
    y.dispose()
  }
  expect(two.stats().runs - runs).toBe(3000)
  expect(two.stats().programs).toBe(programs)
  expect(two.stats().memory.used).toBe(memory.used)
})

test('reads at once, several of them at the same time', async () => {
  await setBackend(two)
  const x = ones([64, 64])
  const reads = Array.from({ length: 50 }, (_, i) => sum(mul(matmul(x, x), i)).item())
  expect(await Promise.all(reads)).toEqual(Array.from({ length: 50 }, (_, i) => i * 64 ** 3))
})

test('a loop of runs lets timers fire', async () => {
  await setBackend(one)
  let fired = 0
  const timer = setInterval(() => {
    fired += 1
  }, 1)
  const x = ones([32, 32])
  for (let i = 0; i < 10_000 && fired < 3; i++) await realize(matmul(x, x))
  clearInterval(timer)
  expect(fired).toBe(3)
})

describe('a backend that was disposed', () => {
  test('has stopped its workers, and says so when it is used', async () => {
    const backend = testBackend({ threads: 3, pieceCost: 1 })
    const x = exp(ones([100, 100]))
    expect(x.dataSync({ backend })[0]).toBe(Math.fround(Math.E))
    await backend.dispose()
    expect(() => backend.stats()).toThrow('this wasm backend was disposed; make another with wasm()')
    expect(() => add(x, 1).dataSync({ backend })).toThrow('was disposed')
    // What was read before is known on the host.
    expect(x.dataSync({ backend: one })[0]).toBe(Math.fround(Math.E))
    x.dispose()
  })
})

describe('the options', () => {
  test('are checked', () => {
    expect(() => wasm({ threads: 0 })).toThrow('wasm: threads must be a whole number from 1 to 64, got 0')
    expect(() => wasm({ threads: 1.5 })).toThrow('got 1.5')
    expect(() => wasm({ maxMemory: 5 })).toThrow(
      'wasm: maxMemory must be a number of bytes of at least 65536, got 5',
    )
  })

  test('decide how many threads there are, and how much memory', async () => {
    const backend = keep(wasm({ threads: 3, maxMemory: 2 ** 20, relaxedSimd: false }))
    expect(backend.stats()).toMatchObject({ threads: 3, workers: 0, relaxedSimd: false, runs: 0 })
    expect(backend.stats().memory.maximum).toBeLessThanOrEqual(2 ** 20)
  })
})

test('the package makes the backend known by its name', async () => {
  await import('../index.ts')
  await setBackend('wasm')
  expect(getBackend().name).toBe('wasm')
  // Not disposed: the name stands for this one from now on, also in other files.
  expect(await cumsum(ones([4]), { axis: 0 }).data()).toEqual(Float32Array.of(1, 2, 3, 4))
})

test('memory tells the values that are held, and nothing of what runs need in between', async () => {
  const backend = keep(testBackend({ threads: 1 }))
  const spec = { shape: [3], dtype: 'f32' } as const
  expect(backend.memory?.()).toEqual({ buffers: 0, bytes: 0 })
  const buffer = backend.upload(Float32Array.of(1, 2, 3), spec)
  expect(backend.memory?.()).toEqual({ buffers: 1, bytes: 12 })
  const { plan } = planOf([exp(sum(mul(tensor([1, 2, 3]), 2)))])
  const outputs = await (await backend.compile(plan)).run([buffer])
  expect(backend.memory?.()).toEqual({ buffers: 2, bytes: 16 })
  for (const held of [buffer, ...outputs]) held.dispose()
  expect(backend.memory?.()).toEqual({ buffers: 0, bytes: 0 })
})
