import { afterEach, describe, expect, test } from 'vitest'
import type { Backend } from '../backend/backend.ts'
import { referenceBackend } from '../backend/reference.ts'
import { setBackend } from '../backend/registry.ts'
import { later, toyBackend } from '../backend/toy.testing.ts'
import { memoryStats } from '../graph/storage.ts'
import type { Tensor } from '../graph/tensor.ts'
import { mul } from '../ops/arithmetic.ts'
import { add } from '../ops/elementwise.ts'
import { reshape } from '../ops/reshape.ts'
import { cos, sin, tanh } from '../ops/transcendental.ts'
import { data, dataSync, item, realize, realizeSync } from '../tensor/value.ts'
import { vector } from './graphs.testing.ts'

afterEach(() => setBackend('reference'))

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
  const seen: unknown[] = []
  const see = (reason: unknown): number => seen.push(reason)
  process.on('unhandledRejection', see)
  const broken: Backend = {
    ...later(referenceBackend),
    compile: () => Promise.reject(new Error('no device')),
  }
  await expect(data(sin(vector(1)), { backend: broken })).rejects.toThrow('no device')
  await new Promise((resolve) => setTimeout(resolve, 5))
  process.off('unhandledRejection', see)
  expect(seen).toEqual([])
})
