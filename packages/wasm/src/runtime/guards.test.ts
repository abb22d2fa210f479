import {
  type Backend,
  defineUnary,
  gather,
  matmul,
  ones,
  realize,
  referenceBackend,
  setBackend,
  sum,
  type Tensor,
  type TypedArray,
  tensor,
  where,
} from '@samkit/core'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { floatGraph, recipes } from '../graphs.testing.ts'
import { testBackend } from './wasm.testing.ts'

const one = testBackend({ threads: 1 })
const several = testBackend({ threads: 3, pieceCost: 200 })

afterEach(() => setBackend('reference'))
afterAll(async () => {
  for (const backend of [one, several]) await backend.dispose()
})

async function valuesOn(backend: Backend, graph: () => readonly Tensor[]): Promise<TypedArray[]> {
  const tensors = graph()
  await setBackend(backend)
  await realize(...tensors)
  return Promise.all(tensors.map((t) => t.data()))
}

/** Bools that the plan computes. */
const flags = (...list: readonly boolean[]): Tensor => tensor(list.map((flag) => (flag ? 1 : -1))).gt(0)

describe('guarded kernels', () => {
  test('leave the numbers of random graphs as they are', async () => {
    const lists = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(recipes(10), lists, async (recipe, list) => {
        const graph = (): Tensor[] => {
          const kept = flags(...list)
          const values = floatGraph(recipe, 24, 'f64').slice(-4)
          const guarded = values.map((value, i) => where(kept.at(i), value, i % 2))
          return [
            ...guarded,
            guarded.reduce((all, value) => all.add(sum(value)), tensor(0, { dtype: 'f64' })),
          ]
        }
        const expected = await valuesOn(referenceBackend, graph)
        const [actual, threaded] = [await valuesOn(one, graph), await valuesOn(several, graph)]
        expect(threaded).toEqual(actual)
        for (const [i, values] of expected.entries()) {
          for (const [j, value] of values.entries()) expect(actual[i]?.[j]).toBeCloseTo(value, 6)
        }
      }),
      { numRuns: 25 },
    )
  })

  test.each([
    ['one thread', one],
    ['several threads', several],
  ])('that are skipped do not run on %s', async (_, backend) => {
    const rows = tensor([[1], [2], [99]], { dtype: 'i32' })
    const failing = (flag: boolean) => (): Tensor[] => {
      const kept = flags(true, flag)
      const product = matmul(gather(ones([3, 40]), 0, rows.expand([3, 40])), ones([40, 5]))
      return [where(kept.at(1), product, 7), where(kept.at(0), matmul(ones([64, 64]), ones([64, 64])), 0)]
    }
    const [left, right] = await valuesOn(backend, failing(false))
    expect(left).toEqual(new Float32Array(15).fill(7))
    expect(right).toEqual(new Float32Array(64 * 64).fill(64))
    const { programs } = backend.stats()
    await expect(valuesOn(backend, failing(true))).rejects.toThrow('index 99 is out of range')
    expect((await valuesOn(backend, failing(false)))[0]).toEqual(left)
    // What is skipped is found when it runs: the plan is the same.
    expect(backend.stats().programs).toBe(programs)
  })

  test('that run on the host are skipped as well', async () => {
    let calls = 0
    const counted = defineUnary({
      name: 'counted',
      domain: 'float',
      reference: (x) => {
        calls += 1
        return x
      },
      rule: (t) => t,
    })
    const graph = (flag: boolean) => (): Tensor[] => [where(flags(flag).at(0), counted(tensor([1, 2])), 0)]
    expect((await valuesOn(one, graph(false)))[0]).toEqual(Float32Array.of(0, 0))
    expect(calls).toBe(0)
    expect((await valuesOn(one, graph(true)))[0]).toEqual(Float32Array.of(1, 2))
    expect(calls).toBe(2)
  })
})
