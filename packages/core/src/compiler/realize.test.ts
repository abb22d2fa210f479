import { afterEach, describe, expect, test } from 'vitest'
import type { Backend, Executable } from '../backend/backend.ts'
import { setBackend } from '../backend/registry.ts'
import { later, toyBackend } from '../backend/toy.testing.ts'
import { fromOwned } from '../graph/leaf.ts'
import { mul } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { stopGradient } from '../ops/flow.ts'
import { reshape } from '../ops/reshape.ts'
import { cos, sin, tanh } from '../ops/transcendental.ts'
import { array, data, dataSync, dispose, item, realize, realizeSync } from '../tensor/value.ts'
import { vector } from './graphs.testing.ts'

afterEach(() => setBackend('reference'))

describe('what was computed once', () => {
  test('is not computed again', async () => {
    const { backend, calls } = toyBackend()
    const y = sin(vector(1))
    dataSync(y, { backend })
    dataSync(mul(y, 2), { backend })
    await data(y, { backend })
    expect(calls.get('sin')).toBe(1)
  })

  test('is not computed again by reads that overlap', async () => {
    const toy = toyBackend()
    const backend = later(toy.backend)
    const y = sin(vector(1))
    const reads = await Promise.all([data(y, { backend }), data(y, { backend }), item(y, { backend })])
    expect(reads).toEqual([Float64Array.of(Math.sin(1)), Float64Array.of(Math.sin(1)), Math.sin(1)])
    expect(toy.calls.get('sin')).toBe(1)
  })

  test('is not computed again by reads that wait for parts of each other', async () => {
    const toy = toyBackend()
    await setBackend(later(toy.backend))
    const [a, b] = [sin(vector(1)), cos(vector(1))]
    await Promise.all([realize(a), realize(a, b), realize(b, a), realize(b)])
    expect([toy.calls.get('sin'), toy.calls.get('cos')]).toEqual([1, 1])
    expect(toy.memory.live).toBe(4)
  })

  test('is asked for twice in one call and computed once', async () => {
    const { backend, calls } = toyBackend()
    const y = sin(vector(1))
    await setBackend(backend)
    realizeSync(y, y, stopGradient(y))
    expect(calls.get('sin')).toBe(1)
  })
})

test('nodes that belong together are computed when one of them is read', () => {
  const { backend, calls } = toyBackend()
  const shared = sin(vector(1))
  const [a, b] = [cos(shared), tanh(shared)]
  for (const { node } of [a, b]) node.together = [a.node, b.node]
  dataSync(a, { backend })
  expect(b.node.storage).not.toBeNull()
  expect([dataSync(b, { backend })[0], calls.get('sin')]).toEqual([Math.tanh(Math.sin(1)), 1])
})

describe('copies', () => {
  test('read by a user are the user’s', async () => {
    const x = vector(1, 2)
    const read = await data(x)
    read.fill(9)
    expect(await array(x)).toEqual([1, 2])
  })

  test('under another shape have memory of their own', async () => {
    const toy = toyBackend()
    await setBackend(toy.backend)
    const x = fromOwned(Float64Array.of(1, 2, 3, 4), [4])
    const [a, b] = [reshape(x, [2, 2]), reshape(reshape(x, [2, 2]), [1, 4])]
    const y = sin(x)
    const z = reshape(y, [2, 2])
    realizeSync(a, b, y, z)
    for (const one of [x, b, y]) dispose(one)
    expect(Array.from(dataSync(a))).toEqual([1, 2, 3, 4])
    expect(Array.from(dataSync(z))).toEqual([1, 2, 3, 4].map(Math.sin))
    expect(toy.memory.live).toBe(2)
  })
})

describe('a backend that answers later', () => {
  test('is read with await', async () => {
    const backend = later(toyBackend().backend)
    expect(await array(sin(vector(0, 0)), { backend })).toEqual([0, 0])
  })

  test('says so when it is asked to answer at once, and runs nothing', async () => {
    const toy = toyBackend()
    const backend = later(toy.backend)
    const y = sin(vector(1))
    expect(() => dataSync(y, { backend })).toThrowErrorMatchingInlineSnapshot(
      `[Error: backend "late toy" answers asynchronously: use await t.data() instead of t.dataSync()]`,
    )
    expect([toy.compiled, toy.memory.made]).toEqual([0, 0])
    expect(dataSync(y)[0]).toBe(Math.sin(1))
  })

  test('answers at once where it has a second way to run', async () => {
    const toy = toyBackend()
    const { compile, ...rest } = toy.backend
    const backend: Backend = {
      ...rest,
      compile: (plan) => {
        const { fallbacks, run } = compile(plan) as Executable
        const runSync = run as NonNullable<Executable['runSync']>
        return { fallbacks, run: async (inputs) => run(inputs), runSync }
      },
    }
    expect(dataSync(sin(vector(1)), { backend })[0]).toBe(Math.sin(1))
    expect((await data(cos(vector(1)), { backend }))[0]).toBe(Math.cos(1))
  })

  test('says so when a value lives there', async () => {
    const backend = later(toyBackend().backend)
    await setBackend(backend)
    const y = sin(vector(1))
    await realize(y)
    await setBackend('reference')
    expect(() => dataSync(y)).toThrow('use await t.data()')
    expect(() => dataSync(mul(y, 2))).toThrow('use await t.data()')
    expect(await item(mul(y, 2))).toBe(2 * Math.sin(1))
  })

  test('and is overtaken by a read that cannot wait keeps one value', async () => {
    const toy = toyBackend()
    const y = sin(vector(1))
    const slow = data(y, { backend: later(toy.backend) })
    expect(dataSync(y)[0]).toBe(Math.sin(1))
    expect(await slow).toEqual(Float64Array.of(Math.sin(1)))
    // The input's copy alone.
    expect(toy.memory.live).toBe(1)
  })

  test('gets an input once that two reads bring at the same time', async () => {
    const toy = toyBackend()
    const backend = later(toy.backend)
    const home = later(toyBackend().backend)
    await setBackend(home)
    const x = sin(vector(1))
    await realize(x)
    await setBackend(backend)
    await Promise.all([realize(cos(x)), realize(tanh(x))])
    // One input and two outputs.
    expect(toy.memory.live).toBe(3)
  })
})

describe('values on two backends', () => {
  test('move when they are needed', async () => {
    const [a, b] = [toyBackend({ name: 'a' }), later(toyBackend({ name: 'b' }).backend)]
    const x = sin(vector(1, 2))
    const y = cos(vector(1, 2))
    dataSync(x, { backend: a.backend })
    await data(y, { backend: b })
    const sum = add(x, y)
    expect(await array(sum, { backend: b })).toEqual([1, 2].map((v) => Math.sin(v) + Math.cos(v)))
    expect(await array(mul(sum, 2), { backend: a.backend })).toEqual(
      [1, 2].map((v) => 2 * (Math.sin(v) + Math.cos(v))),
    )
  })
})
