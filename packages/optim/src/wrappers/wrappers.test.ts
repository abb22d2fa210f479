import { compileStats, key, type Tensor, treeLeaves } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf, model, numbersOf, paramsOf, problemOf, squared } from '../methods/network.testing.ts'
import { length } from '../methods/papers.testing.ts'
import { traceOf } from '../methods/run.testing.ts'
import { sam } from '../methods/sam.ts'
import { sgd } from '../optimizers/sgd.ts'
import { trainer } from '../trainer.ts'
import { clipped } from './clipped.ts'
import { withEma } from './ema.ts'

const vector = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 20, maxLength: 20 })

describe('clipped', () => {
  /** What SGD with rate 1 subtracts: the gradient that it was handed. */
  const handed = async (options: Parameters<typeof clipped>[1], g: readonly number[]): Promise<number[]> => {
    const optimizer = clipped(sgd({ lr: 1 }), options)
    const start = paramsOf(Array(20).fill(0))
    const { params } = optimizer.update(start, paramsOf(g), optimizer.init(start))
    return (await numbersOf(params)).map((v) => -v + 0)
  }

  it('shortens a gradient that is too long, and leaves others as they are', () =>
    fc.assert(
      fc.asyncProperty(vector, fc.constantFrom(0.1, 1, 10), async (g, norm) => {
        const expected = length(g) > norm ? g.map((v) => (v * norm) / length(g)) : g
        for (const [i, v] of (await handed({ norm }, g)).entries()) expect(v).toBeCloseTo(expected[i]!, 12)
      }),
      { numRuns: 20 },
    ))

  it('keeps every entry within ±value, before the norm is taken', () =>
    fc.assert(
      fc.asyncProperty(vector, async (g) => {
        const bounded = g.map((v) => Math.min(0.5, Math.max(-0.5, v)) + 0)
        expect(await handed({ value: 0.5 }, g)).toEqual(bounded)
        const size = length(bounded)
        const both = await handed({ value: 0.5, norm: 0.1 }, g)
        for (const [i, v] of both.entries()) expect(v).toBeCloseTo(bounded[i]! * Math.min(1, 0.1 / size), 12)
      }),
      { numRuns: 20 },
    ))

  it('over the base of SAM clips the final gradient only', async () => {
    const problem = problemOf(3)
    const step = async (norm: number) =>
      (await traceOf(sam(clipped(sgd({ lr: 1 }), { norm }), { rho: 0.3 }), problem, 1)).params[0]!
    const [free, short] = [await step(1e9), await step(1e-3)]
    const moves = [free, short].map((w) => w.map((v, i) => v - problem.start[i]!))
    expect(length(moves[1]!)).toBeCloseTo(1e-3, 12)
    const along = moves[0]!.reduce((sum, v, i) => sum + v * moves[1]![i]!, 0)
    expect(along / (length(moves[0]!) * length(moves[1]!))).toBeCloseTo(1, 9)
  })

  it('refuses a bound of nothing', () => {
    expect(() => clipped(sgd({ lr: 1 }), {})).toThrow('clipped: give norm, value or both')
    expect(() => clipped(sgd({ lr: 1 }), { norm: 0 })).toThrow('clipped: norm must be')
  })
})

describe('withEma', () => {
  it('averages the weights after each step and does not touch training', async () => {
    const problem = problemOf(5)
    const decay = (step: number): number => (step === 0 ? 0.5 : 0.9)
    const run = await trainer(model, withEma(sam(sgd({ lr: 0.1 })), { decay }), {
      loss: squared,
      key: key(1),
      params: paramsOf(problem.start),
    })
    const plainRun = await trainer(model, sam(sgd({ lr: 0.1 })), {
      loss: squared,
      key: key(1),
      params: paramsOf(problem.start),
    })
    let expected = problem.start
    for (let t = 0; t < 3; t++) {
      await run.step(batchOf(problem))
      await plainRun.step(batchOf(problem))
      const now = await numbersOf(run.params)
      expected = expected.map((v, i) => decay(t) * v + (1 - decay(t)) * now[i]!)
    }
    expect(await numbersOf(run.params)).toEqual(await numbersOf(plainRun.params))
    for (const [i, v] of (await numbersOf(run.slots.ema)).entries()) expect(v).toBeCloseTo(expected[i]!, 12)
    const average = run.slots.ema as typeof run.params
    const { inputs } = batchOf(problem)
    expect(await numbersOf(await run.predict(inputs, average))).not.toEqual(
      await numbersOf(await run.predict(inputs)),
    )
  })

  it('goes on from a snapshot with the same bits, and compiles one plan', async () => {
    const make = (): Promise<Awaited<ReturnType<typeof trainer<ReturnType<typeof paramsOf>>>>> =>
      trainer(model, withEma(sgd({ lr: 0.1, momentum: 0.9 }), { decay: 0.9 }), { loss: squared, key: key(1) })
    const [a, b] = [await make(), await make()]
    await a.step(batchOf(problemOf(1)))
    b.restore(await a.snapshot())
    const { compiled } = compileStats()
    for (const run of [a, b]) await run.step(batchOf(problemOf(2)))
    expect(await b.snapshot()).toEqual(await a.snapshot())
    expect(compileStats().compiled).toBe(compiled)
    const shapes = (tree: unknown): Tensor['shape'][] => treeLeaves(tree).map(({ tensor: t }) => t.shape)
    expect(shapes(a.slots.ema)).toEqual(shapes(a.params))
  })
})
