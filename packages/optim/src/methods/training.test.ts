import { bernoulli, compileStats, key, type Tensor, tensor, where, zeros } from '@samkit/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Method, plain } from '../method.ts'
import type { Batch, Model } from '../objective.ts'
import type { Optimizer } from '../optimizer.ts'
import { sgd } from '../optimizers/sgd.ts'
import { type Trainer, trainer } from '../trainer.ts'
import { bases, focal, methods } from './all.testing.ts'
import { lookSam } from './looksam.ts'
import { model as network, numbersOf, type Params, paramsOf, problemOf, squared } from './network.testing.ts'

/*
 * Every method through the trainer, on a model with all that makes steps hard to get right: a random mask on its inputs, and
 * running statistics that depend on the parameters.
 */

const everyMethod: readonly (readonly [string, (base: Optimizer) => Method])[] = [
  ['plain', (base) => plain(base)],
  ...Object.entries(methods),
  ['focal-sam', focal],
]

const model: Model<Params> = {
  init: (k) => network.init(k),
  buffers: () => ({ mean: zeros([4], { dtype: 'f64' }), seen: tensor(0, { dtype: 'i32' }) }),
  apply: (p, x, context) => {
    const kept =
      context.training && context.key !== null ? where(bernoulli(context.key, 0.7, x.shape), x, 0) : x
    const hidden = kept.matmul(p.w).add(p.b)
    if (context.training) {
      const { mean, seen } = context.buffers as Record<'mean' | 'seen', Tensor>
      context.report('mean', mean.mul(0.9).add(hidden.mean({ axis: 0 }).mul(0.1)))
      context.report('seen', seen.add(1))
    }
    return hidden.tanh().matmul(p.v[0]!)
  },
}

/** Class-like targets, so that Focal-SAM can be among the others. */
function batch(seed: number): Batch {
  return {
    inputs: tensor(problemOf(seed).x, { dtype: 'f64' }),
    targets: tensor([0, 1, 0, 1, 0, 1], { dtype: 'i32' }),
  }
}

async function runOf(method: Method, of: Model<Params> = model): Promise<Trainer<Params>> {
  const start = problemOf(77).start
  return trainer(of, method, { loss: squared, key: key(1), params: paramsOf(start) })
}

const momentum = (): Optimizer => sgd({ lr: 0.1, momentum: 0.9 })

describe.each(everyMethod)('%s', (_, make) => {
  it('saved after any step, loaded and run on ends with the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 5 }),
        fc.constantFrom(...Object.values(bases)),
        async (stop, base) => {
          const straight = await runOf(make(base()))
          for (let t = 0; t < 6; t++) await straight.step(batch(t))
          const first = await runOf(make(base()))
          for (let t = 0; t < stop; t++) await first.step(batch(t))
          const second = await runOf(make(base()))
          second.restore(await first.snapshot())
          for (let t = stop; t < 6; t++) await second.step(batch(t))
          expect(await second.snapshot()).toEqual(await straight.snapshot())
        },
      ),
      { numRuns: 3 },
    )
  })

  it('compiles nothing once each kind of step has been seen, though rates and rho change', async () => {
    const run = await runOf(make(sgd({ lr: (step) => (step % 2 === 0 ? 0.1 : 0), momentum: 0.9 })))
    for (let t = 0; t < 4; t++) await run.step(batch(t))
    const { compiled } = compileStats()
    for (let t = 4; t < 10; t++) await run.step(batch(t))
    expect(compileStats().compiled).toBe(compiled)
  })

  it('leaves everything as it was when any of its passes throws, or gives NaN', async () => {
    const failures: readonly (() => (outputs: Tensor) => Tensor)[] = [
      () => () => {
        throw new Error('the loss is not a number today')
      },
      () => (outputs) => outputs.mul(Number.NaN),
    ]
    let passes = 0
    let failing = Number.POSITIVE_INFINITY
    let failure = failures[0]!
    const fragile: Model<Params> = {
      ...model,
      apply: (p, x, context) =>
        ++passes === failing ? failure()(model.apply(p, x, context)) : model.apply(p, x, context),
    }
    const run = await runOf(make(momentum()), fragile)
    const reference = await runOf(make(momentum()))
    for (let t = 0; t < 3; t++) {
      // Learn how many passes this step takes, from a copy.
      passes = 0
      const copy = await runOf(make(momentum()), fragile)
      copy.restore(await run.snapshot())
      await copy.step(batch(t))
      const needed = passes
      const before = await run.snapshot()
      for (failure of failures) {
        for (let pass = 1; pass <= needed; pass++) {
          passes = 0
          failing = pass
          await expect(run.step(batch(t))).rejects.toThrow(/not a number today|NaN/)
          failing = Number.POSITIVE_INFINITY
          expect(await run.snapshot()).toEqual(before)
        }
      }
      await run.step(batch(t))
      await reference.step(batch(t))
    }
    expect(await run.snapshot()).toEqual(await reference.snapshot())
  })

  it('draws the same mask in all passes of a step, and another in the next step', async () => {
    const keys: Tensor[] = []
    const watched: Model<Params> = {
      ...model,
      apply: (p, x, context) => {
        if (context.key !== null) keys.push(context.key)
        return model.apply(p, x, context)
      },
    }
    const run = await runOf(make(momentum()), watched)
    const ofStep: string[] = []
    for (let t = 0; t < 3; t++) {
      keys.length = 0
      await run.step(batch(t))
      const drawn = new Set(await Promise.all(keys.map(async (k) => (await numbersOf(k)).join())))
      expect(drawn.size).toBe(1)
      ofStep.push(...drawn)
    }
    expect(new Set(ofStep).size).toBe(3)
  })
})

describe.each(everyMethod.filter(([name]) => name !== 'momentum-sam'))('%s', (_, make) => {
  it('keeps the buffers of the clean pass, counted once a step', async () => {
    const [run, plainRun] = [await runOf(make(momentum())), await runOf(plain(momentum()))]
    await run.step(batch(0))
    await plainRun.step(batch(0))
    expect(await numbersOf(run.buffers)).toEqual(await numbersOf(plainRun.buffers))
    for (let t = 1; t < 4; t++) await run.step(batch(t))
    expect(await numbersOf(run.buffers.seen)).toEqual([4])
  })
})

describe('looksam', () => {
  it('has two plans for all its steps, found again each time', async () => {
    const run = await runOf(
      lookSam(momentum(), { k: 5, rho: (step) => 0.01 * step, alpha: (step) => 0.1 * step }),
    )
    const compiledAt: number[] = []
    for (let t = 0; t < 12; t++) {
      await run.step(batch(t))
      compiledAt.push(compileStats().compiled)
    }
    const kinds = compiledAt.map((n, t) => n - (compiledAt[t - 1] ?? n))
    expect(kinds.slice(2)).toEqual(Array(10).fill(0))
  })

  it('restarts its cycle where the snapshot was taken, not at the first step', async () => {
    const run = await runOf(lookSam(momentum(), { k: 3 }))
    const forward: number[] = []
    for (let t = 0; t < 4; t++) forward.push((await run.step(batch(t))).passes.forward)
    const other = await runOf(lookSam(momentum(), { k: 3 }))
    other.restore(await run.snapshot())
    for (let t = 4; t < 8; t++) forward.push((await other.step(batch(t))).passes.forward)
    expect(forward).toEqual([2, 1, 1, 2, 1, 1, 2, 1])
  })
})

describe('momentum-sam', () => {
  it('keeps the buffers of its only pass, at the perturbed parameters', async () => {
    const run = await runOf(methods['momentum-sam']!(momentum()))
    for (let t = 0; t < 2; t++) await run.step(batch(t))
    expect(await numbersOf(run.buffers.seen)).toEqual([2])
  })
})
