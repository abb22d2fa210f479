import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pullback } from '../autodiff/reverse.ts'
import type { Backend } from '../backend/backend.ts'
import { referenceBackend } from '../backend/reference.ts'
import { setBackend } from '../backend/registry.ts'
import { later, toyBackend } from '../backend/toy.testing.ts'
import { fromOwned } from '../graph/leaf.ts'
import { memoryStats } from '../graph/storage.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul, sub } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { stopGradient } from '../ops/flow.ts'
import { fullLike } from '../ops/leaves.ts'
import { reshape } from '../ops/reshape.ts'
import { cos, sin, tanh } from '../ops/transcendental.ts'
import { array, data, dataSync, detach, dispose, item, realize, realizeSync } from '../tensor/value.ts'
import { vector } from './graphs.testing.ts'

setFlagsFromString('--expose-gc')
const gc: unknown = runInNewContext('gc')

/** Collects garbage and lets the finalizers run. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    if (typeof gc === 'function') gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

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

describe('a run that fails', () => {
  const failing = (at: number): { toy: ReturnType<typeof toyBackend>; heal: () => void } => {
    let [count, broken] = [0, true]
    const toy = toyBackend({
      before: () => {
        if (broken && count++ === at) throw new Error('out of memory')
      },
    })
    return {
      toy,
      heal: () => {
        broken = false
      },
    }
  }
  const build = (x: Tensor): Tensor[] => {
    const s = sin(x)
    return [mul(s, cos(x)), reshape(tanh(s), [3, 1]), add(s, s)]
  }

  test.each([0, 1, 2, 3, 4])(
    'at kernel %d leaves no buffer and no value, and may be tried again',
    async (at) => {
      const { toy, heal } = failing(at)
      await setBackend(toy.backend)
      const x = vector(1, 2, 3)
      const outputs = build(x)
      const before = memoryStats()
      expect(() => realizeSync(...outputs)).toThrow('out of memory')
      expect(outputs.map((t) => t.node.storage)).toEqual([null, null, null])
      expect(memoryStats()).toEqual(before)
      // The input's copy stays with the input.
      expect(toy.memory.live).toBe(1)
      heal()
      expect(dataSync(outputs[2]!)).toEqual(dataSync(mul(sin(x), 2)))
    },
  )

  test('later leaves no buffer, no value and nothing underway', async () => {
    const { toy, heal } = failing(2)
    await setBackend(later(toy.backend))
    const outputs = build(vector(1, 2, 3))
    const reads = await Promise.allSettled([realize(...outputs), realize(outputs[0]!)])
    expect(reads.map(({ status }) => status)).toContain('rejected')
    expect(outputs[1]!.node.storage).toBeNull()
    heal()
    await realize(...outputs)
    expect(toy.memory.live).toBe(4)
  })

  test('does not fail another read that waited for it', async () => {
    const { toy } = failing(1)
    await setBackend(later(toy.backend))
    const [a, b] = [sin(vector(1)), cos(sin(vector(2)))]
    const together = realize(a, b)
    const alone = item(a)
    await expect(together).rejects.toThrow('out of memory')
    expect(await alone).toBe(Math.sin(1))
  })

  test('while outputs are copied leaves no copy', async () => {
    let uploads = 0
    const toy = toyBackend({
      beforeUpload: () => {
        uploads += 1
        if (uploads === 3) throw new Error('out of memory')
      },
    })
    await setBackend(toy.backend)
    const x = vector(1, 2)
    const views = [reshape(x, [2, 1]), reshape(x, [1, 2])]
    expect(() => realizeSync(...views)).toThrow('out of memory')
    expect(toy.memory.live).toBe(1)
    expect(views.map((t) => t.node.storage)).toEqual([null, null])
  })

  test('by a backend that gives too few outputs says which backend, and gives them back', async () => {
    const toy = toyBackend()
    const broken: Backend = {
      ...toy.backend,
      name: 'broken',
      compile: (plan) => {
        const executable = toy.backend.compile(plan)
        if (executable instanceof Promise) throw new Error('a toy compiles at once')
        return {
          fallbacks: [],
          run: (inputs) => {
            const outputs = executable.run(inputs)
            if (outputs instanceof Promise) throw new Error('a toy runs at once')
            outputs[0]?.dispose()
            return outputs.slice(1)
          },
        }
      },
    }
    await setBackend(broken)
    const [a, b] = [sin(vector(1)), cos(vector(1))]
    expect(() => realizeSync(a, b)).toThrow('backend "broken" gave 1 buffers for 2 outputs')
    expect([a.node.storage, b.node.storage]).toEqual([null, null])
    expect(toy.memory.live).toBe(2)
  })
})

test('no promise is left to reject unseen', async () => {
  const seen = vi.fn()
  process.on('unhandledRejection', seen)
  const broken: Backend = {
    ...later(referenceBackend),
    compile: () => Promise.reject(new Error('no device')),
  }
  await expect(data(sin(vector(1)), { backend: broken })).rejects.toThrow('no device')
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', seen)
  expect(seen).not.toHaveBeenCalled()
})
