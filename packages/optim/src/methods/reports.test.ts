import { key, permutation, tensor } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, plain } from '../method.ts'
import { sgd } from '../optimizers/sgd.ts'
import { anyBase, anyRho, anySeed, focal, methods } from './all.testing.ts'
import { crSam } from './crsam.ts'
import { esam } from './esam.ts'
import { kSam } from './ksam.ts'
import { lookSam } from './looksam.ts'
import { numbersOf, objectiveOf, paramsOf, plainGradient, plainLosses, problemOf } from './network.testing.ts'
import { length, plus, topK } from './papers.testing.ts'
import { expectSame, traceOf } from './run.testing.ts'
import { sam } from './sam.ts'

const targets = tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' })
const everyMethod = Object.entries({ ...methods, 'focal-sam': focal })
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('a step reports', () => {
  it.each(everyMethod.filter(([name]) => !['momentum-sam', 'ksam'].includes(name)))(
    '%s: loss, gradient norm and outputs at the unperturbed parameters',
    async (_, make) => {
      const problem = problemOf(3)
      const { params, reports } = await traceOf(make(sgd({ lr: 0.1 })), problem, 4, { targets })
      for (const [t, report] of reports.entries()) {
        const w = t === 0 ? problem.start : params[t - 1]!
        expect(await report.loss.item()).toBeCloseTo(mean(plainLosses(problem, w)), 12)
        expect(await report.gradNorm.item()).toBeCloseTo(length(plainGradient(problem, w)), 12)
        const outputs = await numbersOf(report.outputs)
        const losses = outputs.map((value, i) => (value - problem.y[i]!) ** 2)
        expect(mean(losses)).toBeCloseTo(mean(plainLosses(problem, w)), 12)
      }
    },
  )

  it('ksam: the loss of the whole batch and the gradient norm of its choice', async () => {
    const problem = problemOf(3)
    const { reports } = await traceOf(kSam(sgd({ lr: 0.1 }), { k: 2 }), problem, 1)
    const losses = plainLosses(problem, problem.start)
    expect(await reports[0]!.loss.item()).toBeCloseTo(mean(losses), 12)
    const g = plainGradient(problem, problem.start, topK(losses, 2))
    expect(await reports[0]!.gradNorm.item()).toBeCloseTo(length(g), 12)
    expect(reports[0]!.outputs.shape).toEqual([6])
  })

  it('the length of the perturbation: rho where the ball is one, 0 where a step does not perturb', async () => {
    for (const name of ['sam', 'gsam', 'crsam', 'ksam']) {
      const { reports } = await traceOf(methods[name]!(sgd({ lr: 0.1 }), 0.3), problemOf(1), 2)
      for (const { perturbationNorm } of reports) expect(await perturbationNorm.item()).toBeCloseTo(0.3, 12)
    }
    const { reports } = await traceOf(lookSam(sgd({ lr: 0.1 }), { rho: 0.3, k: 2 }), problemOf(1), 3)
    const lengths = await Promise.all(reports.map(({ perturbationNorm }) => perturbationNorm.item()))
    expect(lengths.map((v) => Math.round(v * 1e12) / 1e12)).toEqual([0.3, 0, 0.3])
  })

  it('the norm of the gradient that the base optimizer was handed', async () => {
    for (const [, make] of everyMethod) {
      const problem = problemOf(2)
      const { params, reports } = await traceOf(make(sgd({ lr: 1 })), problem, 1, { targets })
      const moved = plus(params[0]!, problem.start, -1)
      expect(await reports[0]!.finalNorm.item()).toBeCloseTo(length(moved), 12)
    }
  })

  it('passes forward and back, as the table of costs has them', async () => {
    const base = sgd({ lr: 0.1 })
    const look = [
      { forward: 2, backward: 2 },
      { forward: 1, backward: 1 },
      { forward: 1, backward: 1 },
    ]
    const expected: Readonly<Record<string, readonly { forward: number; backward: number }[]>> = {
      sam: [{ forward: 2, backward: 2 }],
      asam: [{ forward: 2, backward: 2 }],
      layersam: [{ forward: 2, backward: 2 }],
      looksam: look,
      'look-layersam': look,
      ksam: [{ forward: 1 + 4 / 6, backward: 4 / 6 }],
      esam: [{ forward: 2.5, backward: 1.5 }],
      'momentum-sam': [{ forward: 1, backward: 1 }],
      gsam: [{ forward: 2, backward: 2 }],
      crsam: [{ forward: 3, backward: 3 }],
      'focal-sam': [{ forward: 2, backward: 3 }],
    }
    for (const [name, make] of everyMethod) {
      const steps = expected[name]!
      const { reports } = await traceOf(make(base), problemOf(1), steps.length, { targets })
      for (const [t, { passes }] of reports.entries()) {
        expect(passes.forward).toBeCloseTo(steps[t]!.forward, 12)
        expect(passes.backward).toBeCloseTo(steps[t]!.backward, 12)
      }
    }
    const third = (await traceOf(kSam(base), problemOf(1), 1)).reports[0]!
    expect(costOf(third.passes)).toBeCloseTo(1, 12)
    expect(costOf((await traceOf(plain(base), problemOf(1), 1)).reports[0]!.passes)).toBe(1)
    expect(costOf((await traceOf(crSam(base), problemOf(1), 1)).reports[0]!.passes)).toBe(3)
    expect(costOf((await traceOf(sam(base, { m: 2 }), problemOf(1), 1)).reports[0]!.passes)).toBeCloseTo(
      2,
      12,
    )
  })
})

describe('with the norm of what is kept, esam', () => {
  it('perturbs by rho / beta at every step, and reports the norm of the gradients it kept', async () => {
    const problem = problemOf(3)
    const { reports } = await traceOf(esam(sgd({ lr: 0.1 }), { rho: 0.3, norm: 'kept' }), problem, 6)
    const whole = await traceOf(esam(sgd({ lr: 0.1 }), { rho: 0.3 }), problem, 1)
    for (const { perturbationNorm } of reports) expect(await perturbationNorm.item()).toBeCloseTo(0.6, 12)
    const [kept, all] = [reports[0]!, whole.reports[0]!]
    // The same mask: the lengths of its perturbations are as the norms are.
    const share = (await all.perturbationNorm.item()) / 0.6
    expect(share).toBeLessThan(1)
    expect(await kept.gradNorm.item()).toBeCloseTo(share * (await all.gradNorm.item()), 12)
  })
})

describe('the examples chosen', () => {
  it('by ksam are those of largest loss, all sizes', () =>
    fc.assert(
      fc.asyncProperty(anySeed, fc.integer({ min: 1, max: 5 }), async (seed, k) => {
        const problem = problemOf(seed)
        const { reports } = await traceOf(kSam(sgd({ lr: 0.1 }), { k }), problem, 1)
        expect(await numbersOf(reports[0]!.chosen)).toEqual(topK(plainLosses(problem, problem.start), k))
      }),
      { numRuns: 10 },
    ))

  it('by esam are those whose loss the perturbation raises most, rounded up and never none', () =>
    fc.assert(
      fc.asyncProperty(anySeed, fc.constantFrom(0.001, 0.3, 0.5, 0.8), async (seed, gamma) => {
        const problem = problemOf(seed)
        const { reports } = await traceOf(esam(sgd({ lr: 0.1 }), { rho: 0.3, beta: 1, gamma }), problem, 1)
        const g = plainGradient(problem, problem.start)
        const before = plainLosses(problem, problem.start)
        const after = plainLosses(problem, plus(problem.start, g, 0.3 / length(g)))
        const rise = after.map((v, i) => v - before[i]!)
        expect(await numbersOf(reports[0]!.chosen)).toEqual(topK(rise, Math.ceil(gamma * 6)))
      }),
      { numRuns: 10 },
    ))

  it('are the earlier ones at ties', async () => {
    const one = problemOf(4, 1)
    const equal = { ...one, x: Array(6).fill(one.x[0]!), y: Array(6).fill(one.y[0]!) }
    for (const method of [kSam(sgd({ lr: 0.1 }), { k: 3 }), esam(sgd({ lr: 0.1 }))]) {
      const { params, reports } = await traceOf(method, equal, 1)
      expect(await numbersOf(reports[0]!.chosen)).toEqual([0, 1, 2])
      expect(params[0]!.every(Number.isFinite)).toBe(true)
    }
  })

  it('are counted through the whole batch where each piece of it chooses', async () => {
    const problem = problemOf(6)
    const { reports } = await traceOf(kSam(sgd({ lr: 0.1 }), { k: 1, m: 2 }), problem, 1)
    const losses = plainLosses(problem, problem.start)
    const expected = [0, 2, 4].map((i) => (losses[i]! >= losses[i + 1]! ? i : i + 1))
    expect(await numbersOf(reports[0]!.chosen)).toEqual(expected)
  })

  it('are all where no method chooses', async () => {
    expect((await traceOf(sam(sgd({ lr: 0.1 })), problemOf(1), 1)).reports[0]!.chosen).toBe(null)
  })
})

describe('the order of the batch', () => {
  it('does not matter to any method', async () => {
    await fc.assert(
      fc.asyncProperty(
        anySeed,
        anyBase,
        anyRho,
        fc.constantFrom(...Object.values(methods)),
        async (seed, base, rho, make) => {
          const problem = problemOf(seed)
          const order = await numbersOf(permutation(key(seed), 6))
          const mixed = { ...problem, x: order.map((i) => problem.x[i]!), y: order.map((i) => problem.y[i]!) }
          const [a, b] = [
            await traceOf(make(base(), rho), problem, 4),
            await traceOf(make(base(), rho), mixed, 4),
          ]
          expectSame(b.params, a.params, 1e-9)
        },
      ),
      { numRuns: 20 },
    )
  })

  it('permutes what is chosen', async () => {
    const problem = problemOf(9)
    const order = [3, 1, 5, 0, 2, 4]
    const mixed = { ...problem, x: order.map((i) => problem.x[i]!), y: order.map((i) => problem.y[i]!) }
    for (const method of [kSam(sgd({ lr: 0.1 }), { k: 3 }), esam(sgd({ lr: 0.1 }), { beta: 1 })]) {
      const [a, b] = [await traceOf(method, problem, 1), await traceOf(method, mixed, 1)]
      const places = await numbersOf(b.reports[0]!.chosen)
      expect(places.map((i) => order[i])).toEqual(await numbersOf(a.reports[0]!.chosen))
    }
  })
})

describe('an objective', () => {
  it('weighs examples, from the same forward pass or another', () =>
    fc.assert(
      fc.asyncProperty(anySeed, async (seed) => {
        const problem = problemOf(seed)
        const weights = [1, 0, 2, 0.5, 3, 1]
        const w = tensor(weights, { dtype: 'f64' })
        for (const microBatch of [6, 4]) {
          const objective = objectiveOf(problem, { microBatch })
          const params = paramsOf(problem.start)
          const expected = plainGradient(problem, problem.start, undefined, weights)
          const [direct, again] = [
            await numbersOf(objective.gradient(params, { weights: w }).grads),
            await numbersOf(objective.gradient(params).weighted(w)),
          ]
          expectSame([direct, again], [expected, expected], 1e-12)
          expectSame(
            [await numbersOf(objective.forward(params).losses())],
            [plainLosses(problem, problem.start)],
            1e-12,
          )
        }
      }),
      { numRuns: 5 },
    ))
})
