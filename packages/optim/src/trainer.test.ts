import { bernoulli, compileStats, key, type Tensor, tensor, uniform, where } from '@samkit/core'
import { describe, expect, it } from 'vitest'
import type { Method } from './method.ts'
import { sam } from './methods/sam.ts'
import type { Batch, Model } from './objective.ts'
import { adamW } from './optimizers/adamw.ts'
import { sgd } from './optimizers/sgd.ts'
import { trainer } from './trainer.ts'

interface Params {
  readonly weight: Tensor
  readonly bias: Tensor
}

/** A linear model with dropout on its inputs: enough to see parameters, state and randomness carried along. */
const model: Model<Params> = {
  init: (k) => ({ weight: uniform(k, [3], { low: -1, high: 1 }), bias: tensor([0.5]) }),
  apply: ({ weight, bias }, x, { training, key: k }) => {
    const kept = training && k !== null ? where(bernoulli(k, 0.8, x.shape), x, 0) : x
    return kept.matmul(weight).add(bias)
  },
}
const loss = (outputs: Tensor, targets: Tensor): Tensor => outputs.sub(targets).square().mean()

function batch(seed: number): Batch {
  const inputs = uniform(key(seed), [8, 3], { low: -1, high: 1 })
  return { inputs, targets: inputs.matmul(tensor([1, -2, 3])) }
}

async function values(params: Params): Promise<number[]> {
  return [...(await params.weight.data()), ...(await params.bias.data())]
}

const methods: Readonly<Record<string, () => Method | ReturnType<typeof sgd>>> = {
  sgd: () => sgd({ lr: 0.1, momentum: 0.9 }),
  adamw: () => adamW({ lr: 0.05 }),
  sam: () => sam(adamW({ lr: (step) => 0.05 / (1 + step) }), { rho: 0.1 }),
}

describe('trainer', () => {
  it('lowers the loss', async () => {
    const run = await trainer(model, sam(sgd({ lr: 0.1 })), { loss, key: key(1) })
    const first = (await run.step(batch(0))).loss
    let last = first
    for (let i = 1; i < 60; i++) last = (await run.step(batch(i))).loss
    expect(last).toBeLessThan(first / 3)
    expect(run.steps).toBe(60)
  })

  it.each(Object.entries(methods))(
    '%s: a run saved and restored midway ends with the same bits',
    async (_, make) => {
      const straight = await trainer(model, make(), { loss, key: key(1) })
      const first = await trainer(model, make(), { loss, key: key(1) })
      for (let i = 0; i < 3; i++) {
        await straight.step(batch(i))
        await first.step(batch(i))
      }
      const second = await trainer(model, make(), { loss, key: key(1) })
      second.restore(await first.snapshot())
      for (let i = 3; i < 6; i++) {
        await straight.step(batch(i))
        await second.step(batch(i))
      }
      expect(await values(second.params)).toEqual(await values(straight.params))
      expect(await second.snapshot()).toEqual(await straight.snapshot())
    },
  )

  it('compiles its step once, and not again as steps and learning rates go by', async () => {
    const run = await trainer(model, sam(sgd({ lr: (step) => 1 / (10 + step), momentum: 0.9 })), {
      loss,
      key: key(1),
    })
    await run.step(batch(0))
    const { compiled } = compileStats()
    for (let i = 1; i < 5; i++) await run.step(batch(0))
    expect(compileStats().compiled).toBe(compiled)
  })

  it('leaves parameters and state as they were when the loss is not finite, and says at which step', async () => {
    const run = await trainer(model, sgd({ lr: 0.1, momentum: 0.9 }), { loss, key: key(1) })
    await run.step(batch(0))
    const before = await run.snapshot()
    const broken = { inputs: tensor([[Number.NaN, 0, 0]]), targets: tensor([0]) }
    await expect(run.step(broken)).rejects.toThrow('sgd: at step 1 the loss is NaN')
    expect(await run.snapshot()).toEqual(before)
  })

  it('leaves everything as it was when the second gradient of a SAM step throws', async () => {
    let calls = 0
    const fragile: Model<Params> = {
      ...model,
      apply: (params, x, context) => {
        if (++calls === 4) throw new Error('no second gradient today')
        return model.apply(params, x, context)
      },
    }
    const run = await trainer(fragile, sam(sgd({ lr: 0.1, momentum: 0.9 })), { loss, key: key(1) })
    await run.step(batch(0))
    const before = await run.snapshot()
    await expect(run.step(batch(1))).rejects.toThrow('no second gradient today')
    expect(await run.snapshot()).toEqual(before)
    await run.step(batch(1))
    expect(run.steps).toBe(2)
  })

  it('draws the same dropout mask in both passes of a step, and another in the next step', async () => {
    const masks: Tensor[] = []
    const watched: Model<Params> = {
      ...model,
      apply: (params, x, context) => {
        if (context.key !== null) masks.push(bernoulli(context.key, 0.5, [64]))
        return model.apply(params, x, context)
      },
    }
    const run = await trainer(watched, sam(sgd({ lr: 0.1 })), { loss, key: key(1) })
    await run.step(batch(0))
    await run.step(batch(0))
    const [a, b, c] = await Promise.all(masks.map((mask) => mask.data()))
    expect(a).toEqual(b)
    expect(a).not.toEqual(c)
  })

  it('takes the same step piece by piece, and reports the same', async () => {
    const still: Model<Params> = { ...model, apply: (p, x, c) => model.apply(p, x, { ...c, key: null }) }
    const whole = await trainer(still, sam(sgd({ lr: 0.1 })), { loss, key: key(1) })
    const pieces = await trainer(still, sam(sgd({ lr: 0.1 })), { loss, key: key(1), microBatch: 3 })
    for (let i = 0; i < 3; i++) {
      const { loss: wholeLoss, outputs } = await whole.step(batch(i))
      const result = await pieces.step(batch(i))
      expect(result.loss).toBeCloseTo(wholeLoss, 5)
      expect(result.outputs.shape).toEqual(outputs.shape)
    }
    const [a, b] = [await values(whole.params), await values(pieces.params)]
    for (const [i, v] of b.entries()) expect(v).toBeCloseTo(a[i]!, 5)
    await expect(trainer(model, sgd({ lr: 1 }), { loss, key: key(1), microBatch: 0 })).rejects.toThrow(
      'trainer: microBatch must be a whole number of at least 1, got 0',
    )
  })

  it('drops other inputs in each piece of a batch', async () => {
    const keys: Tensor[] = []
    const watched: Model<Params> = {
      ...model,
      apply: (params, x, context) => {
        if (context.key !== null) keys.push(context.key)
        return model.apply(params, x, context)
      },
    }
    const run = await trainer(watched, sgd({ lr: 0.1 }), { loss, key: key(1), microBatch: 4 })
    await run.step(batch(0))
    const drawn = await Promise.all(keys.map(async (k) => [...(await k.data())].join()))
    expect(new Set(drawn).size).toBe(2)
  })

  it('reports numbers, what they cost, and tensors that are computed', async () => {
    const run = await trainer(model, sam(sgd({ lr: 0.1 }), { rho: 0.2 }), { loss, key: key(1) })
    const result = await run.step(batch(0))
    expect(result).toMatchObject({ step: 1, chosen: null, passes: { forward: 2, backward: 2 }, cost: 2 })
    expect(result.perturbationNorm).toBeCloseTo(0.2, 6)
    expect(result.perturbedLoss).toBeGreaterThan(result.loss)
    expect(result.finalNorm).not.toBe(result.gradNorm)
    const { compiled } = compileStats()
    await result.outputs.data()
    expect(compileStats().compiled).toBe(compiled)
  })

  it('refuses a snapshot of another model and keeps what it has', async () => {
    const run = await trainer(model, sgd({ lr: 0.1 }), { loss, key: key(1) })
    const before = await values(run.params)
    const snapshot = await run.snapshot()
    const wrong = {
      ...snapshot,
      'params.weight': { shape: [2], dtype: 'f32' as const, data: new Float32Array(2) },
    }
    expect(() => run.restore(wrong)).toThrow('params.weight is f32 [2], expected f32 [3]')
    const { 'params.bias': _, ...missing } = snapshot
    expect(() => run.restore(missing)).toThrow('params.bias is missing')
    const momentum = await trainer(model, sgd({ lr: 0.1, momentum: 0.9 }), { loss, key: key(1) })
    expect(() => momentum.restore(snapshot)).toThrow('method.base.slots.momentum.weight is missing')
    const more = await momentum.snapshot()
    expect(() => run.restore(more)).toThrow('method.base.slots.momentum.weight has no place in this run')
    expect(await values(run.params)).toEqual(before)
  })

  it('refuses a second step before the first has ended', async () => {
    const run = await trainer(model, sgd({ lr: 0.1 }), { loss, key: key(1) })
    const results = await Promise.allSettled([run.step(batch(0)), run.step(batch(1))])
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(run.steps).toBe(1)
  })
})
