import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test } from 'vitest'
import { pullback } from '../autodiff/reverse.ts'
import { setBackend } from '../backend/registry.ts'
import { later, toyBackend } from '../backend/toy.testing.ts'
import { fromOwned } from '../graph/leaf.ts'
import { memoryStats } from '../graph/storage.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul, sub } from '../ops/arithmetic.ts'
import { fullLike } from '../ops/leaves.ts'
import { reshape } from '../ops/reshape.ts'
import { cos, sin, tanh } from '../ops/transcendental.ts'
import { data, dataSync, detach, dispose, realize, realizeSync } from '../tensor/value.ts'
import { vector } from './graphs.testing.ts'

setFlagsFromString('--expose-gc')
const gc: unknown = runInNewContext('gc')

/** Collects garbage and lets the finalizers run. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    if (typeof gc !== 'function') throw new Error('this engine does not let tests collect garbage')
    gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

afterEach(() => setBackend('reference'))

describe('a disposed tensor', () => {
  test('says so when it is used', async () => {
    const x = fromOwned(Float32Array.of(1, 2), [2])
    const y = sin(x)
    dispose(x)
    await expect(data(x)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OpError: input: this f32 [2] was disposed and its value is gone; dispose after the last use, or keep a detach() of it]`,
    )
    expect(() => dataSync(y)).toThrowErrorMatchingInlineSnapshot(
      `[OpError: input: this f32 [2] was disposed and its value is gone; dispose after the last use, or keep a detach() of it]`,
    )
    expect(() => detach(x)).toThrowErrorMatchingInlineSnapshot(
      `[OpError: detach: this f32 [2] was disposed; its value is gone]`,
    )
  })

  test('leaves what was computed from it', () => {
    const x = vector(1)
    const y = sin(x)
    realizeSync(y)
    dispose(x)
    expect(dataSync(mul(y, 2))[0]).toBe(2 * Math.sin(1))
  })

  test('leaves what was detached from it, however often it is disposed', () => {
    const x = vector(1)
    const kept = detach(x)
    dispose(x)
    dispose(x)
    expect(dataSync(kept)[0]).toBe(1)
    dispose(kept)
    expect(() => dataSync(kept)).toThrow('disposed')
  })

  test('stays until a run that reads it has ended', async () => {
    const toy = toyBackend()
    const backend = later(toy.backend)
    const x = vector(1)
    const read = data(sin(x), { backend })
    dispose(x)
    expect(await read).toEqual(Float64Array.of(Math.sin(1)))
    expect(toy.memory.live).toBe(1)
  })
})

describe('memory', () => {
  test('is given back with the last tensor', async () => {
    const toy = toyBackend()
    await setBackend(toy.backend)
    const before = memoryStats()
    const x = vector(1, 2, 3)
    const outputs = [sin(x), mul(sin(x), cos(x)), reshape(tanh(x), [3, 1])]
    realizeSync(...outputs)
    expect(memoryStats()).toEqual({ values: before.values + 4, bytes: before.bytes + 4 * 24 })
    expect(toy.memory.live).toBe(4)
    for (const t of [x, ...outputs]) dispose(t)
    expect(memoryStats()).toEqual(before)
    expect(toy.memory.live).toBe(0)
  })

  test('of a carried value does not grow: each step lets go of the one before', async () => {
    const toy = toyBackend()
    await setBackend(toy.backend)
    const before = memoryStats().values
    let w = vector(1, 2)
    const steps: WeakRef<Tensor>[] = []
    for (let step = 0; step < 50; step++) {
      w = detach(sub(w, mul(sin(w), 0.1)))
      await realize(w)
      steps.push(new WeakRef(w))
      expect([w.node.inputs, w.node.depth]).toEqual([[], 0])
    }
    await collectGarbage()
    expect(steps.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(2)
    expect(toy.memory.live).toBeLessThanOrEqual(4)
    expect(memoryStats().values - before).toBeLessThanOrEqual(4)
    expect(Array.from(dataSync(w)).every(Number.isFinite)).toBe(true)
  })

  test('of results that were dropped comes back with the garbage collector', async () => {
    const toy = toyBackend()
    await setBackend(toy.backend)
    for (let i = 0; i < 100; i++) await realize(sin(vector(i)), cos(vector(i)))
    await collectGarbage()
    expect(toy.memory.made).toBe(400)
    expect(toy.memory.live).toBeLessThanOrEqual(8)
  })

  test('of a detached value holds no history that gradients could take', () => {
    const x = vector(2)
    const y = detach(mul(x, x))
    realizeSync(y)
    const [slope] = pullback([mul(y, x)], [fullLike(y, 1)], [x])
    expect(dataSync(slope!)[0]).toBe(4)
  })
})
